/** All that AWS says during a rollout, by family: the first pattern that matches has the text, so the telling ones come first. */
import { capacity } from './capacity.js';
import { configuration } from './configuration.js';
import { deployment } from './deployment.js';
import { exec } from './exec.js';
import { exit } from './exit.js';
import { health } from './health.js';
import { host } from './host.js';
import { image } from './image.js';
import { network } from './network.js';
import type { Family, Meaning, Pattern } from './pattern.js';
import { permissions } from './permissions.js';
import { runCommand } from './run-command.js';
import { secrets } from './secrets.js';
import { start } from './start.js';
import { traffic } from './traffic.js';

/** Who speaks: ECS and what is around it, or Run Command on instances. */
export type Speaker = 'ecs' | 'run-command';

export const families: Readonly<Record<Speaker, readonly Family[]>> = {
  ecs: [traffic, secrets, image, permissions, configuration, start, network, capacity, exit, health, exec, host, deployment],
  'run-command': [runCommand],
};

export interface Known extends Pattern {
  readonly family: string;
  /** Smaller is more telling. */
  readonly rank: number;
}

const byMeaning: readonly Meaning[] = ['deadlock', 'failure', 'capacity', 'waiting', 'symptom', 'progress'];

const known = (speaker: Speaker): readonly Known[] =>
  families[speaker]
    .flatMap(({ name, patterns }) => patterns.map((p) => ({ ...p, family: name })))
    .map((p, index) => ({ ...p, rank: byMeaning.indexOf(p.meaning) * 1000 + index }));
const tables: Readonly<Record<Speaker, readonly Known[]>> = { ecs: known('ecs'), 'run-command': known('run-command') };

/** What was recognized already: each look at a service brings its events again. */
const heard: Readonly<Record<Speaker, Map<string, Known | null>>> = { ecs: new Map(), 'run-command': new Map() };
const MOST_HEARD = 2_000;

/** What a text of AWS means, or null where no table knows it. */
export function recognize(text: string, speaker: Speaker = 'ecs'): Known | null {
  const held = heard[speaker];
  const before = held.get(text);
  if (before !== undefined) return before;
  const known = tables[speaker].find(({ test }) => test.test(text)) ?? null;
  if (held.size >= MOST_HEARD) held.clear();
  held.set(text, known);
  return known;
}

/** A text that no table knows: it is shown whole, and nothing is made up about it. */
export const UNKNOWN: Omit<Known, 'test'> = { code: 'Unknown', meaning: 'failure', advice: '', family: 'unknown', rank: 1999 };
