/** `baf access approve | deny | revoke`: answering requests, and taking access back. */
import { openApp, readFiles, type App } from '../app.js';
import { viewOf, type AccessRequest } from '../access/record.js';
import { checkId, checkReason } from '../access/rules.js';
import { needRequest } from '../engine/access.js';
import { approveRequests, denyRequest, revokeRequest, type Answered, type Answering } from '../engine/access-answer.js';
import { ExitCode } from '../errors/user-error.js';
import { sessionName } from '../identity/labels.js';
import { renderAccess } from '../output/access-view.js';
import { shortHash } from '../system/credential-cache.js';
import { look, type AccessDone, type AccessFlags } from './access.js';
import { onDemand, rolesOf, rulesOf, UNPROVEN, whoAsks } from './access-who.js';

type Act = (requests: readonly AccessRequest[], given: Answering, app: App) => Promise<Answered>;
/** How an account where it failed is spoken of, and what finishes it. */
type Said = { readonly failed: string; readonly again: (ids: string, environment: string) => string };

async function answer(ids: readonly string[], flags: AccessFlags, said: Said, act: Act): Promise<AccessDone> {
  ids.forEach(checkId);
  const read = await readFiles(flags);
  const environment = onDemand(read.platform, flags.env);
  const app = await openApp(flags, read);
  try {
    const roles = await rolesOf(read.platform, environment);
    const [person, ...requests] = await Promise.all([
      whoAsks(app),
      ...[...new Set(ids)].map((id) => needRequest(roles, id, app.effects)),
    ]);
    const given: Answering = {
      roles,
      rules: rulesOf(read.platform),
      by: person.name,
      writersOf: (name) => [name, sessionName(name, shortHash)],
      rolesMayBeMissing: app.endpoint !== null,
    };
    const answered = await act(requests, given, app);
    const failed = answered.rolesMissing ? [] : (answered.applied?.failed ?? []);
    const views = answered.requests.map((request) => viewOf(request, app.effects.clock.now()));
    return {
      json: views.length === 1 ? { access: views[0]! } : { requests: views },
      text: views.map((view) => renderAccess(view, look(flags, app))).join('\n'),
      warnings: [
        ...(person.proven ? [] : [UNPROVEN]),
        ...(answered.rolesMissing
          ? ["The sandbox's IAM does not know the platform's role: baf alone keeps people out there."]
          : []),
        ...failed.map(({ account, error }) => `${account} ${said.failed}: ${error.message}`),
        ...(failed.length > 0 ? [said.again(views.map(({ id }) => id).join(' '), environment.name)] : []),
      ],
      exitCode: exitCodeOf(failed, answered.applied?.done.length ?? 0),
    };
  } finally {
    await app.close();
  }
}

function exitCodeOf(failed: readonly { readonly error: { readonly exitCode: number } }[], done: number): number {
  if (failed.length === 0) return ExitCode.done;
  if (done > 0) return ExitCode.partial;
  return failed.every(({ error }) => error.exitCode === ExitCode.denied) ? ExitCode.denied : ExitCode.failed;
}

export const approveAccess = (ids: readonly string[], flags: AccessFlags): Promise<AccessDone> =>
  answer(
    ids,
    flags,
    {
      failed: 'is not open yet',
      again: (all, environment) => `The same command finishes it: baf access approve ${all} --env ${environment}`,
    },
    (requests, given, app) => approveRequests(requests, given, app.effects),
  );

export function denyAccess(id: string, flags: AccessFlags & { readonly reason?: string | undefined }): Promise<AccessDone> {
  const reason = flags.reason === undefined ? null : checkReason(flags.reason);
  return answer([id], flags, { failed: '', again: () => '' }, ([request], given, app) =>
    denyRequest(request!, reason, given, app.effects),
  );
}

export function revokeAccess(id: string, flags: AccessFlags & { readonly reason?: string | undefined }): Promise<AccessDone> {
  const reason = flags.reason === undefined ? null : checkReason(flags.reason);
  const said: Said = {
    failed: 'has the policy still, until it ends',
    again: (all, environment) => `An approver removes it: baf access revoke ${all} --env ${environment}`,
  };
  return answer([id], flags, said, ([request], given, app) => revokeRequest(request!, reason, given, app.effects));
}
