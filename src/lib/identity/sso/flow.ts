/** Which way a person logs in: a browser that comes back to this machine, or a code that is typed in anywhere. */
export type Flow = 'browser' | 'device';

/** What is known of the machine. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Release of the kernel, e.g. `6.6.87-microsoft-standard-WSL2`. */
  readonly kernel: string;
  /** Whether a file stands there that only containers have. */
  readonly containerFile: boolean;
}

export type Why = 'asked' | 'ssh' | 'wsl' | 'container' | 'no-session' | 'usual';

export interface ChosenFlow {
  readonly flow: Flow;
  readonly why: Why;
  /** Whether a browser that is opened here is one that the person sees. */
  readonly opens: boolean;
}

const SSH = ['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY'];
const WSL = ['WSL_DISTRO_NAME', 'WSL_INTEROP'];
const CONTAINER = ['container', 'KUBERNETES_SERVICE_HOST', 'CODESPACES', 'REMOTE_CONTAINERS', 'GITPOD_WORKSPACE_ID'];

/** @param asked `--device` or `--no-device`, or undefined where nothing was asked for */
export function chooseFlow(named: boolean, asked: boolean | undefined, where: Surroundings): ChosenFlow {
  const far = farAway(where);
  // A command in BROWSER was put there for this very place, e.g. by an editor that runs on the person's own machine.
  const opens = far === null || far === 'wsl' || Boolean(where.env['BROWSER']);
  if (asked !== undefined) return { flow: asked ? 'device' : 'browser', why: 'asked', opens: opens || !asked };
  if (far) return { flow: 'device', why: far, opens };
  return named ? { flow: 'browser', why: 'usual', opens } : { flow: 'device', why: 'no-session', opens };
}

/** Places from which a browser cannot come back to 127.0.0.1, or not surely. */
function farAway({ env, kernel, containerFile }: Surroundings): 'ssh' | 'wsl' | 'container' | null {
  const any = (names: readonly string[]): boolean => names.some((name) => env[name]);
  if (any(SSH)) return 'ssh';
  if (any(WSL) || /microsoft/i.test(kernel)) return 'wsl';
  return containerFile || any(CONTAINER) ? 'container' : null;
}
