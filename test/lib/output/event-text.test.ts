/** Hooks in words: each thing is said once. */
import { expect, it } from 'vitest';
import { hookEndText, hookStart } from '../../../src/lib/output/event-text.js';

it.each([
  ['GET /health', 'https://ui/health', { name: 'GET https://ui/health', detail: '' }],
  ['GET /health', '/health', { name: 'GET /health', detail: '' }],
  ['smoke', 'https://ui/health', { name: 'smoke', detail: 'https://ui/health' }],
  ['bin/smoke --fast', 'bin/smoke --fast', { name: 'bin/smoke --fast', detail: '' }],
  ['smoke', 'bin/smoke', { name: 'smoke', detail: 'bin/smoke' }],
])('%s begins with %s', (hook, detail, said) => expect(hookStart({ hook, detail })).toEqual(said));

it.each([
  ['smoke', 'succeeded', undefined, 'smoke succeeded'],
  ['smoke', 'failed', 'smoke ended with exit code 3.', 'smoke failed: ended with exit code 3.'],
  ['smoke', 'failed', 'smoke failed: GET https://ui/ answered', 'smoke failed: GET https://ui/ answered'],
  ['GET /', 'failed', 'GET https://ui/ answered with status 503', 'GET https://ui/ answered with status 503'],
  ['GET /', 'skipped', 'nothing answers', 'GET / skipped: nothing answers'],
])('%s %s: %s', (hook, status, detail, said) => expect(hookEndText({ hook, status, ...(detail ? { detail } : {}) })).toBe(said));
