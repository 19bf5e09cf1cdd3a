/** What IAM Identity Center keeps: one directory for all accounts, clients, logins under way, tokens. Times in milliseconds. */
import type { World } from '../../service.js';

export interface PermissionSet {
  readonly name: string;
  /** ARNs of managed policies of AWS. */
  readonly managed: readonly string[];
  /** A policy of its own, JSON. */
  readonly inline: string;
  readonly sessionSeconds: number;
}

export interface Client {
  readonly secret: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly expiresAt: number;
}

/** A login on another device, until its token is fetched. */
export interface Device {
  readonly clientId: string;
  readonly userCode: string;
  readonly expiresAt: number;
  status: 'pending' | 'approved' | 'denied';
  polledAt: number | null;
}

export interface AuthorizationCode {
  readonly clientId: string;
  readonly redirectUri: string;
  /** SHA-256 of the verifier, base64url. */
  readonly challenge: string;
  readonly expiresAt: number;
}

export interface Login {
  readonly user: string;
  readonly clientId: string;
  /** End of the login: no refresh goes beyond it. */
  readonly endsAt: number;
  readonly refreshToken: string | null;
  /** What it is good for; none asked for: as clients of old, for everything. */
  readonly scopes?: readonly string[];
}

export interface SsoSlice {
  directory: { user: string; permissionSets: PermissionSet[] };
  clients: Record<string, Client>;
  /** By device code. */
  devices: Record<string, Device>;
  codes: Record<string, AuthorizationCode>;
  logins: Record<string, Login>;
  /** Access tokens. */
  tokens: Record<string, { login: string; expiresAt: number }>;
}

const policy = (...statements: { Action: string[]; Resource?: string }[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
  });

const assume = { Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'], Resource: 'arn:aws:iam::*:role/baf-*' };
const look = {
  Action: [
    'cloudformation:Describe*',
    'cloudformation:List*',
    'ecr:BatchGetImage',
    'ecr:Describe*',
    'ecs:Describe*',
    'ecs:List*',
    'elasticloadbalancing:Describe*',
    'logs:Describe*',
    'logs:FilterLogEvents',
    'logs:GetLogEvents',
    'ssm:DescribeParameters',
    'ssm:GetParameter*',
  ],
};

/** One user, with the same two permission sets in every account. */
const directory = (): SsoSlice['directory'] => ({
  user: 'sandbox',
  permissionSets: [
    { name: 'Developer', managed: [], inline: policy(look, assume), sessionSeconds: 3600 },
    {
      name: 'Operator',
      managed: ['arn:aws:iam::aws:policy/PowerUserAccess'],
      inline: policy(assume),
      sessionSeconds: 3600,
    },
  ],
});

/** What the portal asks of a login. */
export const ACCOUNT_ACCESS = 'sso:account:access';

/** The organisation has one; its state is kept with the first account. */
export const ssoOf = (world: World): SsoSlice =>
  world.cell(world.accounts()[0] ?? '000000000000', 'us-east-1').slice('sso', () => ({
    directory: directory(),
    clients: {},
    devices: {},
    codes: {},
    logins: {},
    tokens: {},
  }));

/** Held under that key, and not one of Object's own. */
export const held = <T>(record: Readonly<Record<string, T>>, key: string | undefined): T | null =>
  key !== undefined && Object.hasOwn(record, key) ? record[key]! : null;
