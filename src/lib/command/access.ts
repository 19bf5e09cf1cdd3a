/** `baf access request | ls | show`: asking for access on demand, and who has it. */
import { endOf, stateOf, viewOf, type AccessRequest } from '../access/record.js';
import { approversFor, checkDuration, checkId, checkReason, isApprover } from '../access/rules.js';
import { openApp, readFiles, type App, type AppFlags } from '../app.js';
import { parseDuration } from '../config/checks.js';
import { askForAccess, listRequests, needRequest } from '../engine/access.js';
import { awaitAnswer } from '../engine/access-wait.js';
import { sweepPolicies } from '../engine/access-policies.js';
import { ExitCode, UserError } from '../errors/user-error.js';
import type { AccessView } from '../model/access.js';
import { renderAccess, renderAccessList } from '../output/access-view.js';
import { shouldColor } from '../output/style.js';
import { listenForSignals } from '../system/signals.js';
import { onDemand, placeOf, rolesOf, rulesOf, UNPROVEN, whoAsks } from './access-who.js';

export type AccessFlags = AppFlags & { readonly env?: string | undefined; readonly 'no-color': boolean };

export interface AccessDone {
  readonly json: { readonly access: AccessView } | { readonly requests: AccessView[] };
  readonly text: string;
  readonly warnings: string[];
  readonly exitCode: number;
}

export const look = (flags: { readonly 'no-color': boolean }, app: App) => ({
  color: shouldColor(process.stdout, process.env, !flags['no-color']),
  columns: process.stdout.columns ?? 1000,
  now: app.effects.clock.now(),
});

interface RequestFlags extends AccessFlags {
  readonly for: string;
  readonly reason: string;
  readonly wait: boolean;
  readonly timeout: string;
  /** Says something before the answer is there. */
  readonly say: (text: string) => void;
}

export async function requestAccess(flags: RequestFlags): Promise<AccessDone> {
  const read = await readFiles(flags);
  const environment = onDemand(read.platform, flags.env);
  const rules = rulesOf(read.platform);
  const forMs = checkDuration(parseDuration(flags.for, '--for'), flags.for, rules);
  const reason = checkReason(flags.reason);
  const timeoutMs = parseDuration(flags.timeout, '--timeout');
  const app = await openApp(flags, read);
  try {
    const person = await whoAsks(app);
    const approvers = approversFor(rules, person.name);
    if (approvers.length === 0)
      throw new UserError('NobodyApproves', {
        message: `Nobody but ${person.name} could approve: ${read.platform.source} names no other approver.`,
        nextSteps: ['Have another approver added: access.approvers.'],
        exitCode: ExitCode.refused,
      });
    const place = placeOf(environment);
    const asked = { requester: person.name, reason, forSeconds: forMs / 1000 };
    const { request, made } = await askForAccess(place, asked, app.effects);
    const warnings = person.proven ? [] : [UNPROVEN];
    if (!made && stateOf(request, app.effects.clock.now()) === 'requested')
      warnings.push(`${request.id} is open already: it stays as it was asked for.`);
    const how = `One of ${approvers.join(', ')} types:\n  baf access approve ${request.id} --env ${environment.name}`;
    if (!flags.wait || stateOf(request, app.effects.clock.now()) !== 'requested')
      return shown(request, how, warnings, flags, app);
    flags.say(`${request.id} waits for an answer. ${how}`);
    const { answered, exitCode } = await waitFor(request, timeoutMs, app);
    return { ...shown(answered, how, warnings, flags, app), exitCode };
  } finally {
    await app.close();
  }
}

/** The request, and what has to be typed where it still waits. */
function shown(request: AccessRequest, how: string, warnings: string[], flags: AccessFlags, app: App): AccessDone {
  const view = viewOf(request, app.effects.clock.now());
  const text = renderAccess(view, look(flags, app));
  return {
    json: { access: view },
    text: view.state === 'requested' ? `${text}\n${how}` : text,
    warnings,
    exitCode: ExitCode.done,
  };
}

async function waitFor(
  request: AccessRequest,
  timeoutMs: number,
  app: App,
): Promise<{ answered: AccessRequest; exitCode: number }> {
  const { id, environment } = request;
  const place = placeOf(app.platform.environments[environment]!);
  const interruption = listenForSignals(() => undefined);
  try {
    const answered = await awaitAnswer(place, id, timeoutMs, app.effects, interruption.signal);
    const state = stateOf(answered, app.effects.clock.now());
    if (state === 'approved' && answered.appliedAt !== null) return { answered, exitCode: ExitCode.done };
    if (state === 'approved' || state === 'requested')
      throw new UserError('AccessUnanswered', {
        message:
          state === 'requested'
            ? `Nobody has answered ${id} yet.`
            : `${id} is approved, but not in force in every account yet: who approved it runs the same command again.`,
        nextSteps: [
          `baf access show ${id} --env ${environment}`,
          `Asking again waits on; baf access revoke ${id} --env ${environment} takes it back.`,
        ],
        exitCode: ExitCode.failed,
      });
    throw new UserError('AccessNotGiven', {
      message: `${id} is ${state}${answered.decision ? ` by ${answered.decision.by}` : ''}${answered.decision?.reason ? `: ${answered.decision.reason}` : ''}.`,
      nextSteps: [`baf access show ${id} --env ${environment}`],
      exitCode: ExitCode.refused,
      details: { access: viewOf(answered, app.effects.clock.now()) },
    });
  } catch (error) {
    const signal = interruption.received();
    if (!signal) throw error;
    throw new UserError('Interrupted', {
      message: `Stopped waiting; ${id} stays.`,
      nextSteps: [`baf access revoke ${id} --env ${environment} takes it back.`],
      exitCode: signal === 'SIGINT' ? 130 : 143,
    });
  } finally {
    interruption.release();
  }
}

const DAY_MS = 24 * 3_600_000;

export async function listAccess(flags: AccessFlags & { readonly all: boolean }): Promise<AccessDone> {
  const read = await readFiles(flags);
  const { platform } = read;
  const environments = flags.env
    ? [onDemand(platform, flags.env)]
    : Object.values(platform.environments).filter((e) => e.access === 'on-demand');
  if (environments.length === 0) onDemand(platform, undefined);
  const app = await openApp(flags, read);
  try {
    const now = app.effects.clock.now();
    const [person, ...lists] = await Promise.all([
      whoAsks(app),
      ...environments.map((environment) => listRequests(placeOf(environment), app.effects)),
    ]);
    // Whoever may do so clears away what is over; where that fails, its time has ended it all the same.
    if (isApprover(rulesOf(platform), person.name))
      await Promise.all(
        environments.map(async (environment) => sweepPolicies(await rolesOf(platform, environment), app.effects)),
      );
    const views = lists
      .flat()
      .filter((request) => flags.all || (endOf(request, now) ?? now) > now - DAY_MS)
      .map((request) => viewOf(request, now));
    return {
      json: { requests: views },
      text: renderAccessList(views, look(flags, app)),
      warnings: [],
      exitCode: ExitCode.done,
    };
  } finally {
    await app.close();
  }
}

export async function showAccess(id: string, flags: AccessFlags): Promise<AccessDone> {
  checkId(id);
  const read = await readFiles(flags);
  const environment = onDemand(read.platform, flags.env);
  const app = await openApp(flags, read);
  try {
    const request = await needRequest(placeOf(environment), id, app.effects);
    const approvers = approversFor(rulesOf(read.platform), request.requester).join(', ');
    const how = `One of ${approvers} types:\n  baf access approve ${id} --env ${environment.name}`;
    return shown(request, how, [], flags, app);
  } finally {
    await app.close();
  }
}
