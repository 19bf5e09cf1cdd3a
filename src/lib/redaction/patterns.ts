/** What is a secret by its look, known to baf or not. Account ids, ARNs, digests and image names match none of these. */
export const MASK = '***';

interface Look {
  readonly pattern: RegExp;
  /** What stands in its place; `$1` is what says that a secret follows. */
  readonly to: string;
}

/** Names under which tools print credentials, in any spelling: `aws_secret_access_key`, `SecretAccessKey`, `client-secret`. */
const NAMES =
  'aws[_-]?secret[_-]?(?:access[_-]?)?key|secret[_-]?access[_-]?key|aws[_-]?session[_-]?token|session[_-]?token|security[_-]?token|access[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|device[_-]?code|code[_-]?verifier';

const LOOKS: readonly Look[] = [
  { pattern: /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^"'-]*(?:-----END [A-Z0-9 ]*PRIVATE KEY-----)?/g, to: MASK },
  // A JSON Web Token, also one that was cut off.
  { pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+)*/g, to: MASK },
  // Session tokens of STS, access and refresh tokens of IAM Identity Center.
  { pattern: /\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[\w+/=%-]{32,}/g, to: MASK },
  { pattern: /\bao[ar][\w+/=:-]{40,}/g, to: MASK },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, to: MASK },
  { pattern: /\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,}|gl(?:pat|cbt|dt|rt)-[\w.-]{18,})/g, to: MASK },
  { pattern: new RegExp(`((?:${NAMES})\\\\?["']?\\s*[:=]\\s*\\\\?["']?)[\\w+/=.%~-]{16,}`, 'gi'), to: `$1${MASK}` },
  { pattern: /(\bx-amz-(?:security-token|signature|credential)=)[\w+/=.%~-]{16,}/gi, to: `$1${MASK}` },
  { pattern: /(\b(?:bearer|basic)\s+)(?=[\w+/=.~-]*\d)[\w+/=.~-]{16,}/gi, to: `$1${MASK}` },
  // A secret in the query of an address: `?token=`, `&api_key=`.
  {
    pattern:
      /([?&][\w.-]*(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|signature|(?<=[?&])sig|(?<=[?&])pwd)=)[^\s&#"'<>)]+/gi,
    to: `$1${MASK}`,
  },
  // The password of an address: https://user:password@proxy.
  { pattern: /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"']*:)[^\s@/"']+(?=@(?!sha256:))/gi, to: `$1${MASK}` },
];

export const hideLooks = (text: string): string => LOOKS.reduce((made, { pattern, to }) => made.replace(pattern, to), text);
