/** What the answer to an http check means, and what to do about a bad one or none. Pure. */
import type { Cause } from '../model/cause.js';
import type { HttpHook } from '../model/hooks.js';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Where a redirect leads. */
  readonly location?: string;
  /** Why the body is not the whole of it; left out where it is. */
  readonly cut?: 'long' | 'late' | 'broken';
}

/** No answer came. */
export class NoAnswer extends Error {
  /** @param code of the system, of TLS or of the HTTP parser; `LATE` where the time was over, or what else was said */
  constructor(
    readonly code: string,
    readonly said = code,
  ) {
    super(said);
  }
}

const UNTRUSTED =
  'Look at the certificate of the load balancer’s listener. Where it is of your own authority, name that authority’s certificate in NODE_EXTRA_CA_CERTS.';
const NETWORK =
  'Nothing of the service was reached from this machine: a load balancer inside of a network answers there only (VPN, a runner in it), and its security group has to let this machine in.';

/** What is known of a code: what it means, and what to do. */
const NO_ANSWERS: readonly { readonly code: RegExp; readonly says: string; readonly advice: string }[] = [
  {
    code: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED/,
    says: 'this machine does not trust who signed the certificate',
    advice: UNTRUSTED,
  },
  {
    code: /CERT_HAS_EXPIRED/,
    says: 'the certificate has expired',
    advice: 'Renew the certificate of the load balancer’s listener (one of ACM renews itself while its DNS record stands).',
  },
  {
    code: /CERT_NOT_YET_VALID/,
    says: 'the certificate is not valid yet',
    advice: 'Look at the clock of this machine, and at the dates of the load balancer’s certificate.',
  },
  {
    code: /ALTNAME_INVALID/,
    says: 'the certificate is for another name',
    advice: 'Add a certificate for this host to the load balancer’s listener, or have the service under a name that it covers.',
  },
  { code: /CERT|VERIFY/, says: 'the certificate is refused', advice: UNTRUSTED },
  {
    code: /^(ENOTFOUND|ENODATA)$/,
    says: 'DNS does not know the host',
    advice: 'Have the name of the service put into DNS; a private zone answers inside its network only.',
  },
  {
    code: /^EAI_/,
    says: 'DNS did not answer',
    advice: 'Look at the DNS of this machine, then deploy again.',
  },
  {
    code: /^ECONNREFUSED$/,
    says: 'the connection was refused',
    advice: 'Nothing listens at that address and port: look at the listeners of the load balancer, and at where DNS leads.',
  },
  { code: /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL)$/, says: 'there is no way to it', advice: NETWORK },
  {
    code: /^LATE$/,
    says: '',
    advice: `It is slow (timeout: in baf.yaml gives it more time), or packets are dropped on the way. ${NETWORK}`,
  },
  {
    code: /^(ECONNRESET|EPIPE)$/,
    says: 'the connection was closed before an answer',
    advice: 'Look at the logs of the new version, and at what stands between it and this machine (load balancer, proxy).',
  },
  {
    code: /^(EPROTO|ERR_SSL_|ERR_TLS_)/,
    says: 'there is no TLS as it should be',
    advice: 'The check speaks HTTPS: look at the protocol and the TLS policy of the load balancer’s listener.',
  },
  {
    code: /^HPE_/,
    says: 'what came is not HTTP as it should be',
    advice: 'Look at what listens there, and at the headers that the new version sends.',
  },
];

const VERSION = 'The new version is steady and does not answer as it should: look at its logs, fix it, deploy another tag.';

export interface Wrong {
  /** Follows the address: `answered with status 503`. */
  readonly what: string;
  readonly advice: string;
}

/** What is wrong with an answer, or with none; null: all is well. */
export function judgeAnswer(hook: HttpHook, answer: HttpAnswer | Error): Wrong | null {
  if (answer instanceof Error) return judgeNone(hook, answer);
  const { status, body, location, cut } = answer;
  if (status !== hook.status)
    return {
      what: `answered with status ${status}${location ? ` (to ${location})` : ''}`,
      advice:
        status >= 300 && status < 400
          ? 'Redirects are not followed: name the path that answers by itself, or the status that is right (status: in baf.yaml).'
          : VERSION,
    };
  const has = hook.contains === null ? cut !== 'late' && cut !== 'broken' : body.includes(hook.contains);
  if (has) return null;
  const length = `${body.length} characters`;
  const answered = `answered with status ${status}, and`;
  if (cut === 'late')
    return {
      what: `${answered} its body had not ended after ${seconds(hook)} (${length} so far)`,
      advice: 'Name a path whose answer ends, or give it more time (timeout: in baf.yaml).',
    };
  if (cut === 'broken') return { what: `${answered} broke off after ${length}`, advice: VERSION };
  return {
    what: `${answered} ${JSON.stringify(hook.contains)} is not in its ${cut === 'long' ? 'first ' : ''}${length}`,
    advice: VERSION,
  };
}

function judgeNone(hook: HttpHook, error: Error): Wrong {
  const { code, said } = error instanceof NoAnswer ? error : { code: error.message, said: error.message };
  const known = NO_ANSWERS.find((one) => one.code.test(code));
  if (code === 'LATE') return { what: `gave no answer within ${seconds(hook)}`, advice: known!.advice };
  return { what: `gave no answer: ${known ? `${known.says} (${said})` : said}`, advice: known?.advice ?? VERSION };
}

const seconds = ({ timeoutMs }: HttpHook): string => `${timeoutMs / 1000} s`;

const expected = ({ status, contains }: HttpHook): string =>
  `status ${status}${contains === null ? '' : ` with ${JSON.stringify(contains)} in it`}`;

/** Where the check has no name of its own, the address is its name. */
export const smokeCause = (hook: HttpHook, url: string, { what, advice }: Wrong): Cause => ({
  code: 'SmokeCheckFailed',
  message: `${hook.name === `GET ${hook.path}` ? '' : `${hook.name} failed: `}GET ${url} ${what}; expected: ${expected(hook)} (${hook.retries + 1} attempt${hook.retries === 0 ? '' : 's'}).`,
  advice,
});
