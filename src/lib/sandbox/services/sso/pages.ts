/** The pages of single sign-on: a browser, or curl, that opens them has approved. The sandbox has one user and asks nothing. */
import type { World } from '../../service.js';
import { escapeXml } from '../../wire/xml.js';
import type { WireAnswer } from '../../wire/wire.js';
import { answerDevice, authorize } from './login.js';

export const APPROVE_PATH = '/_baf/sso/approve';

/** Null where the request is for no such page. */
export function ssoPage(world: World, now: number, method: string, path: string, query: URLSearchParams): WireAnswer | null {
  if (method !== 'GET') return null;
  if (path === APPROVE_PATH) return approvePage(world, now, query);
  if (path === '/authorize') return authorizePage(world, now, query);
  return null;
}

function approvePage(world: World, now: number, query: URLSearchParams): WireAnswer {
  const code = query.get('user_code');
  if (!code)
    return html(
      200,
      `<form action="${APPROVE_PATH}"><label>Code <input name="user_code" autofocus></label> <button>Allow</button> <button name="deny" value="true">Deny</button></form>`,
    );
  switch (answerDevice(world, now, code, query.has('deny') ? 'denied' : 'approved')) {
    case 'approved':
      return html(200, '<p>Request approved. You can close this window.</p>');
    case 'denied':
      return html(200, '<p>Request denied. You can close this window.</p>');
    case 'expired':
      return html(400, '<p>The code has expired. Start again where it was shown.</p>');
    default:
      return html(400, `<p>No login waits for the code ${escapeXml(code)}.</p>`);
  }
}

function authorizePage(world: World, now: number, query: URLSearchParams): WireAnswer {
  const made = authorize(world, now, {
    responseType: query.get('response_type'),
    clientId: query.get('client_id'),
    redirectUri: query.get('redirect_uri'),
    state: query.get('state'),
    challenge: query.get('code_challenge'),
    challengeMethod: query.get('code_challenge_method'),
  });
  return 'to' in made ? { status: 302, headers: { location: made.to }, body: '' } : html(400, `<p>${made.refused}</p>`);
}

const html = (status: number, body: string): WireAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html><title>Sandbox sign-on</title>${body}\n`,
});
