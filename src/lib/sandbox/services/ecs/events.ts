/** A service's events, in ECS's words: the latest hundred. */
import type { World } from '../../service.js';
import type { Service, Task } from './state.js';

export function say(world: World, service: Service, now: number, text: string, from = `(service ${service.name})`): void {
  const h = world.id(32);
  const id = `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
  service.events.unshift({ id, at: now, message: `${from} ${text}` });
  if (service.events.length > 100) service.events.length = 100;
}

export const named = (tasks: readonly Task[]): string => tasks.map((t) => `(task ${t.id})`).join(' ');
