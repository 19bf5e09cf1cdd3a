/** A deploy is killed at its calls, and run again on the machine where it was killed, at once. */
import { crashTest } from './crash.scene.js';
import { it } from 'vitest';

it('a deploy that is killed at any call and run again ends as if nothing had been', () => crashTest(0, 'here'), 900_000);
