/** IAM Identity Center's portal: the accounts and roles of a token, and credentials for them. */
import { AwsError, type CallContext, type SandboxService } from '../service.js';
import { page } from './page.js';
import { provisionRole } from './sso/roles.js';
import { ACCOUNT_ACCESS, held, ssoOf, type Login } from './sso/state.js';

type Bearer = { accessToken: string };
type Paged = Bearer & { nextToken?: string; maxResults?: number };

const noAccess = (): AwsError => new AwsError('ForbiddenException', 'No access', 403);

/** The login that a token stands for. */
function need({ accessToken }: Bearer, { world, now }: CallContext): Login {
  const slice = ssoOf(world);
  const token = held(slice.tokens, accessToken);
  const login = token && token.expiresAt > now ? held(slice.logins, token.login) : null;
  // A token for other things (an editor's assistant, say) is none for the portal.
  const scopes = login?.scopes ?? [];
  if (!login || (scopes.length > 0 && !scopes.includes(ACCOUNT_ACCESS)))
    throw new AwsError('UnauthorizedException', 'Session token not found or invalid', 401);
  return login;
}

export const sso: SandboxService = {
  name: 'awsssoportal',
  readOnly: ['ListAccounts', 'ListAccountRoles'],
  operations: {
    ListAccounts(input: Paged, context) {
      need(input, context);
      const { items, token } = page(context.world.accounts(), input.nextToken, input.maxResults ?? 100);
      return {
        accountList: items.map((id) => ({ accountId: id, accountName: id, emailAddress: `aws+${id}@sandbox.example` })),
        nextToken: token,
      };
    },
    ListAccountRoles(input: Paged & { accountId: string }, context) {
      need(input, context);
      if (!context.world.hasAccount(input.accountId)) throw noAccess();
      const { permissionSets } = ssoOf(context.world).directory;
      const { items, token } = page(permissionSets, input.nextToken, input.maxResults ?? 100);
      return { roleList: items.map(({ name }) => ({ roleName: name, accountId: input.accountId })), nextToken: token };
    },
    GetRoleCredentials(input: Bearer & { roleName: string; accountId: string }, context) {
      const { user } = need(input, context);
      const { world, now } = context;
      const set = ssoOf(world).directory.permissionSets.find(({ name }) => name === input.roleName);
      if (!set || !world.hasAccount(input.accountId)) throw noAccess();
      const role = provisionRole(context, input.accountId, set);
      role.lastUsed = { at: now, region: context.region };
      const expiresAt = now + set.sessionSeconds * 1000;
      const made = world.createSession({
        account: input.accountId,
        arn: `arn:aws:sts::${input.accountId}:assumed-role/${role.name}/${user}`,
        roleArn: role.arn,
        issuedAt: now,
        expiresAt,
      });
      return { roleCredentials: { ...made, expiration: expiresAt } };
    },
    Logout(input: Bearer, context) {
      need(input, context);
      const { tokens, logins } = ssoOf(context.world);
      const { login } = tokens[input.accessToken]!;
      delete logins[login];
      for (const [key, token] of Object.entries(tokens)) if (token.login === login) delete tokens[key];
      return {};
    },
  },
};
