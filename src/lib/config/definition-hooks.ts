/** Definition of `deploy.before` and `deploy.after` in baf.yaml. */
import * as z from 'zod/mini';
import { about, durationText } from './definition-words.js';

const words = z.array(z.string('a command is a list of words').check(z.minLength(1))).check(z.minLength(1));
const label = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][\w .-]{0,39}$/, 'a name has letters, digits, blanks, _ . and -, and at most 40 characters'));

export const beforeHook = z.strictObject({
  name: z.optional(about(label, 'name in the progress; default: its command')),
  command: about(words, 'command instead of the image’s own, word by word'),
  timeout: z.optional(about(durationText, 'longest time; the task is stopped then, and counts as failed; default 15m')),
  once: z.optional(about(z.boolean(), 'in the first target of a deploy only; default false: in each')),
});

const http = z.strictObject({
  path: about(
    z.string().check(z.regex(/^\/[^\s\\]*$/, 'a path begins with / and has no spaces or backslashes')),
    'path at the service’s own host, with its query',
  ),
  status: z.optional(about(z.int().check(z.minimum(100), z.maximum(599)), 'status of a good answer; default 200')),
  contains: z.optional(about(z.string().check(z.minLength(1)), 'text that a good answer has in it')),
  timeout: z.optional(about(durationText, 'longest time for one answer; default 10s')),
  retries: z.optional(about(z.int().check(z.minimum(0), z.maximum(100)), 'attempts after the first one; default 4')),
});

export const afterHook = z.strictObject({
  name: z.optional(about(label, 'name in the progress; default: its path or command')),
  http: z.optional(about(http, 'a GET of the service’s own host')),
  run: z.optional(about(words, 'command on the machine on which baf runs, in the folder of baf.yaml, word by word')),
  timeout: z.optional(about(durationText, 'run: longest time; default 5m')),
});

export type BeforeInput = z.infer<typeof beforeHook>;
export type AfterInput = z.infer<typeof afterHook>;

export const beforeKeys = Object.keys(beforeHook.def.shape);
export const afterKeys = Object.keys(afterHook.def.shape);
export const httpKeys = Object.keys(http.def.shape);
