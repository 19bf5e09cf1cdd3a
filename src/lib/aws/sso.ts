/** IAM Identity Center's portal: the accounts and permission sets of a login, and sessions of them. */
import type { SSOClient } from '@aws-sdk/client-sso';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Credentials } from '../identity/roles.js';
import { keepSecret } from '../redaction/secrets.js';
import type { SsoTokens } from '../identity/sso/types.js';
import { awsCode } from './errors.js';
import { observeDate, type SharedConfig } from './transport.js';

export interface PortalAccount {
  readonly id: string;
  readonly name: string;
}

export interface SsoGateway {
  /** All accounts of the login; asked page by page. */
  accounts(): Promise<PortalAccount[]>;
  /** Names of the login's permission sets in an account. */
  permissionSets(accountId: string): Promise<string[]>;
  /** Throws a UserError `LoginNeeded` where the login has ended, and what AWS said where the permission set is not the user's. */
  roleCredentials(accountId: string, roleName: string): Promise<Credentials>;
}

export interface SsoGatewayOptions {
  readonly shared: () => Promise<SharedConfig>;
  /** Region of IAM Identity Center. */
  readonly region: string;
  readonly tokens: SsoTokens;
  readonly observe: (date: string | undefined) => void;
}

export function createSsoGateway({ shared, region, tokens, observe }: SsoGatewayOptions): SsoGateway {
  let client: Promise<SSOClient> | null = null;
  const open = async (): Promise<SSOClient> => {
    const { SSOClient } = await import('./sdk/sso.js');
    return observeDate(new SSOClient({ region, ...(await shared()) }), observe);
  };
  const ask = async <T>(act: (client: SSOClient, accessToken: string) => Promise<T>): Promise<T> => {
    let refused: string | undefined;
    for (;;) {
      const { accessToken } = await tokens.token(refused);
      keepSecret(accessToken);
      try {
        return await act(await (client ??= open()), accessToken);
      } catch (error) {
        if (awsCode(error) !== 'UnauthorizedException') throw error;
        // Taken back before its end: logged out elsewhere, or ended by an administrator. A fresh one may do.
        if (refused !== undefined) throw ended();
        refused = accessToken;
      }
    }
  };
  return {
    accounts: () =>
      ask(async (portal, accessToken) => {
        const { ListAccountsCommand } = await import('./sdk/sso.js');
        const found: PortalAccount[] = [];
        for (let nextToken: string | undefined; ;) {
          const page = await portal.send(new ListAccountsCommand({ accessToken, nextToken, maxResults: 100 }));
          for (const { accountId, accountName } of page.accountList ?? [])
            found.push({ id: accountId ?? '', name: accountName ?? '' });
          nextToken = page.nextToken;
          if (!nextToken) return found;
        }
      }),
    permissionSets: (accountId) =>
      ask(async (portal, accessToken) => {
        const { ListAccountRolesCommand } = await import('./sdk/sso.js');
        const names: string[] = [];
        for (let nextToken: string | undefined; ;) {
          const page = await portal.send(new ListAccountRolesCommand({ accessToken, accountId, nextToken, maxResults: 100 }));
          names.push(...(page.roleList ?? []).flatMap(({ roleName }) => roleName ?? []));
          nextToken = page.nextToken;
          if (!nextToken) return names;
        }
      }),
    roleCredentials: (accountId, roleName) =>
      ask(async (portal, accessToken) => {
        const { GetRoleCredentialsCommand } = await import('./sdk/sso.js');
        const { roleCredentials: c } = await portal.send(new GetRoleCredentialsCommand({ accessToken, accountId, roleName }));
        return {
          accessKeyId: c?.accessKeyId ?? '',
          secretAccessKey: c?.secretAccessKey ?? '',
          ...(c?.sessionToken ? { sessionToken: c.sessionToken } : {}),
          ...(c?.expiration ? { expiration: new Date(c.expiration) } : {}),
        };
      }),
  };
}

const ended = (): UserError =>
  new UserError('LoginNeeded', {
    message: 'Your single sign-on session has ended.',
    nextSteps: ['baf login'],
    exitCode: ExitCode.denied,
  });
