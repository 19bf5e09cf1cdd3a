/**
 * What is derived from the state so that looking costs little: which task or service is due next, the tasks of a service
 * and of a container instance, how many hold a place in a zone. Built anew when a state is loaded, then kept up.
 */
import type { Cell } from '../../service.js';
import { keyOf, slice, type EcsSlice, type Service, type Task } from './state.js';

interface Entry {
  readonly at: number;
  /** Tasks before services, then by name: the same order whether or not the state was loaded in between. */
  readonly key: string;
}
interface Index {
  readonly heap: Entry[];
  readonly byService: Map<string, Task[]>;
  readonly byInstance: Map<string, Set<Task>>;
  /** Tasks that hold a place, by zone; and all of them under the empty name. */
  readonly placed: Map<string, number>;
}

const indexes = new WeakMap<EcsSlice, Index>();

function indexOf(state: EcsSlice): Index {
  const known = indexes.get(state);
  if (known) return known;
  const made: Index = { heap: [], byService: new Map(), byInstance: new Map(), placed: new Map() };
  indexes.set(state, made);
  for (const task of Object.values(state.tasks)) {
    enter(made, task);
    if (task.nextAt !== null) push(made.heap, { at: task.nextAt, key: taskKey(task) });
  }
  for (const service of Object.values(state.services))
    if (service.nextTick !== null) push(made.heap, { at: service.nextTick, key: serviceKey(service) });
  return made;
}

const taskKey = (task: Task): string => `0${task.id}`;
const serviceKey = (service: Service): string => `1${keyOf(service)}`;
const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.key < b.key);

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(entry, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}

/** The first entry that still holds: those of times that were changed since are dropped on the way. */
function first(state: EcsSlice): Entry | null {
  const { heap } = indexOf(state);
  for (;;) {
    const entry = heap[0];
    if (!entry) return null;
    const name = entry.key.slice(1);
    const at = entry.key.startsWith('0') ? state.tasks[name]?.nextAt : state.services[name]?.nextTick;
    if (at === entry.at) return entry;
    pop(heap);
  }
}

export const nextDue = (cell: Cell): number | null => first(slice(cell))?.at ?? null;

/** What is due at `now`, taken off the agenda; null where nothing is. */
export function takeDue(cell: Cell, now: number): { task: Task } | { service: Service } | null {
  const state = slice(cell);
  const entry = first(state);
  if (!entry || entry.at > now) return null;
  pop(indexOf(state).heap);
  const name = entry.key.slice(1);
  if (entry.key.startsWith('0')) {
    const task = state.tasks[name]!;
    task.nextAt = null;
    return { task };
  }
  const service = state.services[name]!;
  service.nextTick = null;
  return { service };
}

export function scheduleTask(cell: Cell, task: Task, at: number | null): void {
  task.nextAt = at;
  if (at !== null) push(indexOf(slice(cell)).heap, { at, key: taskKey(task) });
}

export function scheduleService(cell: Cell, service: Service, at: number | null): void {
  service.nextTick = at;
  if (at !== null) push(indexOf(slice(cell)).heap, { at, key: serviceKey(service) });
}

/** Has the scheduler look at a service at `at` at the latest. */
export function wake(cell: Cell, service: Service, at: number): void {
  if (service.nextTick === null || service.nextTick > at) scheduleService(cell, service, at);
}

function enter(index: Index, task: Task): void {
  if (task.service !== null) {
    const key = `${task.cluster}/${task.service}`;
    const list = index.byService.get(key);
    if (list) list.push(task);
    else index.byService.set(key, [task]);
  }
  if (task.status !== 'STOPPED') hold(index, task, 1);
}

function hold(index: Index, task: Task, by: 1 | -1): void {
  for (const where of ['', task.zone]) index.placed.set(where, (index.placed.get(where) ?? 0) + by);
  if (task.instance === null) return;
  const tasks = index.byInstance.get(task.instance) ?? new Set();
  if (by === 1) tasks.add(task);
  else tasks.delete(task);
  index.byInstance.set(task.instance, tasks);
}

export function addTask(cell: Cell, task: Task): void {
  const state = slice(cell);
  const index = indexOf(state);
  state.tasks[task.id] = task;
  enter(index, task);
}

/** A task that stopped gives its place back. */
export const freePlace = (cell: Cell, task: Task): void => hold(indexOf(slice(cell)), task, -1);

export function forgetTask(cell: Cell, task: Task): void {
  const state = slice(cell);
  const list = indexOf(state).byService.get(`${task.cluster}/${task.service}`);
  const at = list?.indexOf(task) ?? -1;
  if (at >= 0) list!.splice(at, 1);
  delete state.tasks[task.id];
}

/** A service's tasks, oldest first, with the stopped ones that are still visible. */
export const tasksOf = (cell: Cell, service: Service): readonly Task[] =>
  indexOf(slice(cell)).byService.get(keyOf(service)) ?? [];

/** Tasks on a container instance that have not stopped. */
export const tasksOn = (cell: Cell, instance: string): readonly Task[] => [
  ...(indexOf(slice(cell)).byInstance.get(instance) ?? []),
];

/** Tasks that hold a place in a zone, or in the region where none is named. */
export const placedIn = (cell: Cell, zone = ''): number => indexOf(slice(cell)).placed.get(zone) ?? 0;
