/** A deploy is killed at its calls, and run again on another machine, which waits for the lock. */
import { crashTest } from './crash.scene.js';
import { it } from 'vitest';

it('a deploy that is killed at any call and run again ends as if nothing had been', () => crashTest(1, 'elsewhere'), 900_000);
