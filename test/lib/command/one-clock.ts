/**
 * baf's commands and the embedded AWS in one process and one virtual time: the SDK's requests go straight to the sandbox,
 * and whenever nothing is under way the clock goes on to the next timer, of whoever set it. Nothing sleeps; hours of
 * sandbox time take seconds.
 *
 * Imported first: what it takes the place of must not have been loaded before.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HttpResponse, type HttpRequest } from '@smithy/core/protocols';
import { vi } from 'vitest';
import { advanceTo } from '../../../src/lib/sandbox/advance.js';
import { manualClock, type SandboxClock } from '../../../src/lib/sandbox/clock.js';
import { dispatch, type Sandbox } from '../../../src/lib/sandbox/dispatch.js';
import type { CallFaultKind } from '../../../src/lib/model/faults.js';
import { answerQuestion } from '../../../src/lib/sandbox/questions.js';
import { seed } from '../../../src/lib/sandbox/seed.js';
import { allServices } from '../../../src/lib/sandbox/services/index.js';
import type { OpenSandbox, SandboxOptions } from '../../../src/lib/sandbox/start.js';
import { createWorld, type State } from '../../../src/lib/sandbox/state.js';
import { memoryStore } from '../../../src/lib/sandbox/store.js';
import { createThrottle } from '../../../src/lib/sandbox/throttle.js';

const here = vi.hoisted(() => ({ now: null as unknown as World, machine: { id: 'laptop', pid: 1 }, alive: new Set<number>() }));

vi.mock('../../../src/lib/sandbox/start.js', () => ({ startSandbox: (options: SandboxOptions) => here.now.open(options) }));
vi.mock('../../../src/lib/aws/defaults.js', async (original) => ({
  ...(await original<object>()),
  createPool: () => () => Promise.resolve(here.now.handler),
}));
vi.mock('../../../src/lib/system/machine.js', () => ({
  thisMachine: () => ({ ...here.machine, isAlive: (pid: number) => here.alive.has(pid) }),
}));

export const START = Date.parse('2026-11-21T10:00:00Z');
/** As long as the pool of connections waits for an answer. */
const ANSWER_MS = 60_000;
/** Reads show for so long what was there before a write, as `--sandbox` has it. */
const READS_TRAIL_MS = 1_000;

/** One call that reached the sandbox. */
export interface Call {
  readonly service: string;
  readonly operation: string;
}

let worlds = 0;

export class World {
  sandbox: Sandbox | null = null;
  /** Told of each call before it is applied. */
  before: (state: State, call: Call) => void = () => undefined;
  /** The calls that reached the sandbox. */
  readonly calls: Call[] = [];
  /** What passes before a command sends anything, milliseconds. */
  typingMs = 0;
  private readonly number = worlds++;
  private moves = 0;
  private underWay = 0;

  constructor(private readonly from: State | null) {}

  /** What the SDK's clients send their requests with. */
  readonly handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request: HttpRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) => this.handle(request, abortSignal),
    destroy: () => undefined,
  };

  async open(options: SandboxOptions): Promise<OpenSandbox> {
    this.sandbox ??= this.make(options);
    if (this.typingMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, this.typingMs));
    return {
      endpoint: 'http://sandbox.invalid',
      speed: 1,
      // Sessions of another world are unknown in this one.
      credentialsDir: join(options.dir, `credentials-${this.number}`),
      attached: true,
      warning: null,
      now: Date.now,
      ask: (path, body = '') => this.ask(path, body),
      close: () => Promise.resolve(),
    };
  }

  private make(options: SandboxOptions): Sandbox {
    const store = memoryStore(Date.now());
    if (this.from) Object.assign(store.state, this.from);
    store.state.accounts = Object.values(options.accounts);
    const clock: SandboxClock = { now: Date.now, speed: 1 };
    const sandbox: Sandbox = {
      store,
      world: createWorld(store.state, { readsTrailMs: READS_TRAIL_MS }),
      services: allServices,
      clock,
      throttle: createThrottle(),
      defaultAccount: store.state.accounts[0]!,
      defaultRegion: options.region,
    };
    if (!this.from) {
      const then = manualClock(clock.now() - ANSWER_MS);
      seed({ ...sandbox, clock: then }, options.targets, options.repositories, options.secrets);
    }
    return sandbox;
  }

  private async ask(path: string, body: string): Promise<string> {
    const answer = await answerQuestion(this.sandbox!, path, body);
    if (!answer) throw new Error(`nobody answers ${path} here`);
    return JSON.stringify(answer);
  }

  get state(): State {
    return this.sandbox!.store.state;
  }

  private async handle(request: HttpRequest, signal?: AbortSignal): Promise<{ response: HttpResponse }> {
    this.moves++;
    this.underWay++;
    try {
      // As far away as another task of the event loop: what is sent at once arrives at once.
      await new Promise(setImmediate);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]));
      const call = callOf(headers, request);
      this.calls.push(call);
      this.before(this.state, call);
      const answer = await dispatch(
        this.sandbox!,
        {
          method: request.method,
          path: request.path,
          query: new URLSearchParams(request.query as Record<string, string>),
          headers,
          body: bytesOf(request.body),
        },
        'r',
      );
      if (answer === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      if (answer === 'hang') throw await this.hang(signal);
      const response = new HttpResponse({
        statusCode: answer.status,
        headers: { date: new Date().toUTCString(), ...answer.headers },
        body: new Uint8Array(Buffer.from(answer.body)),
      });
      return { response };
    } finally {
      this.underWay--;
      this.moves++;
    }
  }

  /** Nothing comes: until the caller, or the pool of connections, has waited long enough. */
  private async hang(signal?: AbortSignal): Promise<Error> {
    this.underWay--;
    try {
      return await new Promise<Error>((end) => {
        const timer = setTimeout(() => end(named('TimeoutError', 'Connection timed out')), ANSWER_MS);
        signal?.addEventListener('abort', () => (clearTimeout(timer), end(named('AbortError', 'Request aborted'))), {
          once: true,
        });
      });
    } finally {
      this.underWay++;
    }
  }

  /** Whether nothing moves but by time. */
  async rests(): Promise<void> {
    for (let still = 0; still < STILL || isReading();) {
      const before = this.moves;
      await new Promise(setImmediate);
      still = this.underWay === 0 && before === this.moves && still < STILL ? still + 1 : 0;
    }
  }

  fault(operation: string, kind: CallFaultKind, times: number | null = 1, more: { rate?: number; seed?: number } = {}): void {
    void this.ask('fault', JSON.stringify({ fault: 'call', operation, kind, times, rate: 1, target: null, seed: 1, ...more }));
  }

  faultImage(image: string, outcome: string): void {
    void this.ask('fault', JSON.stringify({ fault: 'image', image, outcome }));
  }

  clearFaults(): void {
    this.state.faults.calls = [];
    this.state.images = {};
    this.state.faults.capacity = {};
  }

  /** Lets happen what is due. */
  catchUp(): void {
    advanceTo(Date.now(), allServices, this.sandbox!.world);
  }
}

/** Turns of the event loop without a move after which time goes on. */
const STILL = 4;

/** Files that are read, and modules that are loaded, take a while of the wall clock: none of this time may pass meanwhile. */
const isReading = (): boolean =>
  (globalThis as { __vitest_worker__?: { resolvingModules: ReadonlySet<string> } }).__vitest_worker__!.resolvingModules.size >
    0 || process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));

const bytesOf = (body: unknown): Buffer =>
  body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : Buffer.from((body as string) ?? '');

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

function callOf(headers: Readonly<Record<string, string>>, request: HttpRequest): Call {
  const target = headers['x-amz-target']?.split('.').at(-1);
  const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '').get('Action');
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers['authorization'] ?? '')?.[1] ?? 'sts';
  return { service, operation: target ?? form ?? `${request.method} ${request.path}` };
}

/** Another machine sees nothing of the processes of this one. */
export function asProcess(pid: number, machine = 'laptop', alive: readonly number[] = [pid]): void {
  here.machine = { id: machine, pid };
  here.alive = new Set(alive);
}

export function startTime(at = START): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'], now: at });
  // As Node does: no timer is due in less than a millisecond, or in a part of one.
  const set = globalThis.setTimeout;
  globalThis.setTimeout = ((act: () => void, ms = 1, ...rest: []) => set(act, Math.max(1, Math.ceil(ms)), ...rest)) as typeof set;
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(named('TimeoutError', 'The operation was aborted due to timeout')), ms);
    return controller.signal;
  });
}

export function endTime(): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
}

/** A world: of a saved state, which becomes its own, at the time when it was saved; or a new one. */
export function enter(from: State | null = null, at: number | null = null): World {
  vi.clearAllTimers();
  if (at !== null) vi.setSystemTime(at);
  here.now = new World(from);
  return here.now;
}

/** Lets time go on until the work has ended; `after`: at most so long, milliseconds. */
export async function play<T>(world: World, work: Promise<T>, longestMs = 48 * 3_600_000): Promise<T> {
  let settled = false;
  work.then(
    () => (settled = true),
    () => (settled = true),
  );
  const end = Date.now() + longestMs;
  for (;;) {
    await world.rests();
    if (settled) return work;
    if (vi.getTimerCount() === 0) await new Promise(setImmediate);
    else if (Date.now() > end) throw new Error(`no end by ${new Date().toISOString()}`);
    else vi.advanceTimersToNextTimer();
  }
}

/**
 * Lets time go on whenever nothing is under way, until the function that it returns is called: nobody has to `play`.
 * Between two commands is a moment to type, so that reads show what was written before.
 */
export function keepPlaying(world: World): () => void {
  let over = false;
  world.typingMs = 2 * READS_TRAIL_MS;
  const go = async (): Promise<void> => {
    while (!over) {
      await world.rests();
      if (!over && vi.getTimerCount() > 0) vi.advanceTimersToNextTimer();
    }
  };
  void go();
  return () => void (over = true);
}

export const pass = (world: World, ms: number): Promise<void> =>
  play(world, new Promise<void>((resolve) => setTimeout(resolve, ms)));

/** A copy of the example project, with changes. */
export function projectDir(name: string, change: (text: string) => string = (text) => text): string {
  const dir = mkdtempSync(join(tmpdir(), `baf-${name}-`));
  cpSync(resolve('examples/retail-store'), dir, { recursive: true, filter: (path) => !path.includes('.baf/') });
  const file = join(dir, 'baf.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return dir;
}

export const removeDir = (dir: string): void => rmSync(dir, { recursive: true, force: true });
