/** Where settings and secrets are kept, and how a service's references name them (docs/settings.md). */

import type { StoreName } from '../model/stored-value.js';

export type { StoreName };

/** Of a key: one level of a parameter's name. */
export const KEY = /^[A-Za-z0-9_.-]{1,64}$/;
export const KEY_RULE = 'a key has letters, digits, _ . and -, and at most 64 characters';

/** AWS adds `-` and six characters to a secret's ARN: a name that ends so could not be told from one. */
export const ENDS_LIKE_ARN = /-[A-Za-z0-9]{6}$/;

/** Settings and secrets have trees of their own: who may read all settings need not read one secret. */
export const settingsPath = (environment: string, service: string): string => `/baf/settings/${environment}/${service}`;
export const secretsPath = (environment: string, service: string, store: StoreName = 'ssm'): string =>
  `${store === 'ssm' ? '/' : ''}baf/secrets/${environment}/${service}`;

export const settingParameter = (environment: string, service: string, key: string): string =>
  `${settingsPath(environment, service)}/${key}`;
/** Name of the parameter, or of the secret in Secrets Manager. */
export const secretName = (environment: string, service: string, key: string, store: StoreName = 'ssm'): string =>
  `${secretsPath(environment, service, store)}/${key}`;

/** In a `ServiceSpec`, what stands before the name of a secret in Secrets Manager; other texts are parameters or ARNs. */
export const MANAGED = 'secretsmanager:';

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** `valueFrom` of a task definition. */
export function arnOfReference(reference: string, { accountId, region }: Place): string {
  if (reference.startsWith('arn:')) return reference;
  if (reference.startsWith(MANAGED))
    return `arn:aws:secretsmanager:${region}:${accountId}:secret:${reference.slice(MANAGED.length)}`;
  return `arn:aws:ssm:${region}:${accountId}:parameter/${reference.replace(/^\//, '')}`;
}

/** What a store is asked for, to have what ECS would put in for that ARN. */
export interface Asked {
  readonly store: StoreName;
  /** Name of a parameter, its ARN in another place, or the ARN of a secret. */
  readonly id: string;
  /** Of a secret that is a JSON object: one of its keys. */
  readonly jsonKey: string | null;
  readonly versionStage: string | null;
  readonly versionId: string | null;
}

/** Reads a `valueFrom`; ECS takes `...:secret:name:json-key:version-stage:version-id`, each of the last three may be empty. */
export function askedBy(arn: string, { accountId, region }: Place): Asked {
  const [, , service, ownRegion, ownAccount, ...rest] = arn.split(':');
  if (service === 'secretsmanager') {
    const [, name, jsonKey, versionStage, versionId] = rest;
    const id = arn.split(':').slice(0, 6).concat(name!).join(':');
    return {
      store: 'secretsmanager',
      id,
      jsonKey: jsonKey || null,
      versionStage: versionStage || null,
      versionId: versionId || null,
    };
  }
  const name = rest.join(':').replace(/^parameter\//, '');
  const here = ownRegion === region && ownAccount === accountId;
  // A name without levels has no slash before it.
  const id = here ? (name.includes('/') ? `/${name}` : name) : arn;
  return { store: 'ssm', id, jsonKey: null, versionStage: null, versionId: null };
}
