/** Which service a request is for and whose key signed it: by the credential scope, or by the path where none signs. */
import type { WireRequest } from './wire/wire.js';

export interface Route {
  /** Signing name. */
  readonly service: string;
  /** Null where the request is not signed: web identity, and single sign-on with its bearer tokens. */
  readonly signed: { readonly accessKeyId: string; readonly region: string } | null;
}

/** Null where the request says nothing of it. */
export function routeOf(request: WireRequest): Route | null {
  const { headers, query, path } = request;
  const scope =
    /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers['authorization'] ?? '') ??
    /^([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request$/.exec(query.get('X-Amz-Credential') ?? '');
  if (scope) return { service: scope[3]!, signed: { accessKeyId: scope[1]!, region: scope[2]! } };
  if (/^\/(token|client\/register|device_authorization|authorize)$/.test(path)) return { service: 'sso-oauth', signed: null };
  if (/^\/(federation\/credentials|assignment\/(accounts|roles)|logout)$/.test(path))
    return { service: 'awsssoportal', signed: null };
  const action = new URLSearchParams(request.body.toString('utf8')).get('Action') ?? query.get('Action') ?? '';
  if (/^AssumeRoleWith(WebIdentity|SAML)$/.test(action)) return { service: 'sts', signed: null };
  return null;
}
