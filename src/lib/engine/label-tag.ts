/** Puts a label on one version of a deploy tag, or takes it away: names that people give to versions. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { Target } from '../model/target.js';
import { tagParameter } from '../tags/names.js';
import { OWN_LABELS } from '../tags/room.js';
import { parseTagValue } from '../tags/value.js';
import type { Effects } from './effects.js';

export interface Labelled {
  readonly target: string;
  /** Version that has the label now, or had it; null where none had. */
  readonly version: number | null;
  readonly tag: string | null;
  readonly problem: string | null;
  /** Whether the problem is a missing right. */
  readonly denied: boolean;
}

export async function labelTag(
  request: {
    readonly environment: string;
    readonly service: string;
    readonly label: string;
    /** The newest version with this tag; null: the newest version. */
    readonly tag: string | null;
    readonly remove: boolean;
    readonly target: Target;
  },
  effects: Effects,
): Promise<Labelled> {
  const { environment, service, label, target } = request;
  checkLabel(label);
  const name = tagParameter(environment, service);
  const { ssm } = effects.at(target);
  try {
    const history = await ssm.history(name);
    const version = request.remove
      ? history.find((v) => v.labels.includes(label))
      : history.findLast((v) => request.tag === null || parseTagValue(v.value).tag === request.tag);
    const nothing = { target: target.name, version: null, tag: null, denied: false };
    if (!version && request.remove) return { ...nothing, problem: null };
    if (!version)
      return {
        ...nothing,
        problem: request.tag === null ? 'there is no deploy tag' : `no version that is kept has the tag ${request.tag}`,
      };
    if (request.remove) await ssm.unlabel(name, version.version, [label]);
    else await ssm.label(name, version.version, [label]);
    return { target: target.name, version: version.version, tag: parseTagValue(version.value).tag, problem: null, denied: false };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const denied = error.exitCode === ExitCode.denied;
    return { target: target.name, version: null, tag: null, problem: error.message, denied };
  }
}

/** SSM refuses bad labels without an error, and some of them silently: they are checked here. */
function checkLabel(label: string): void {
  if (OWN_LABELS.includes(label))
    throw new UserError('LabelReserved', {
      message: `baf moves the label ${label} by itself: it says what serves.`,
      nextSteps: ['Choose another name.'],
      exitCode: ExitCode.usage,
    });
  if (/^[\w.-]{1,100}$/.test(label) && !/^(\d|aws|ssm)/i.test(label)) return;
  throw new UserError('LabelInvalid', {
    message: `${JSON.stringify(label)} is no label.`,
    nextSteps: ['A label has at most 100 letters, digits, _ . and -, and begins with no digit, nor with aws or ssm.'],
  });
}
