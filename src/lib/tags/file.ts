/**
 * Deploy tags as a file for a pull request: a line for each service, in the order of the alphabet, and below it only the
 * targets that differ. It holds nothing that changes by itself.
 */
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { checkTag } from '../config/checks.js';
import { UserError } from '../errors/user-error.js';
import type { TagRow } from '../model/tag-row.js';

/** Environment -> service -> the tag of all targets, or by target (`others` for those that are not named). */
export type TagsFile = Readonly<Record<string, Readonly<Record<string, string | Readonly<Record<string, string>>>>>>;

const OTHERS = 'others';

export function toTagsFile(rows: readonly TagRow[]): TagsFile {
  const file: Record<string, Record<string, string | Record<string, string>>> = {};
  const inOrder = (names: Iterable<string>): string[] => [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
  for (const environment of inOrder(rows.map((r) => r.environment))) {
    const here = rows.filter((r) => r.environment === environment && r.tag !== null);
    const services: Record<string, string | Record<string, string>> = {};
    for (const service of inOrder(here.map((r) => r.service))) {
      const own = here.filter((r) => r.service === service);
      // A target without a tag is no target that shares the tag of the others.
      const all = rows.filter((r) => r.environment === environment && r.service === service);
      const tags = inOrder(own.map((r) => r.tag!));
      const count = (tag: string) => own.filter((r) => r.tag === tag).length;
      const most = tags.reduce((best, tag) => (count(tag) > count(best) ? tag : best), tags[0]!);
      if (own.length === all.length && tags.length === 1) services[service] = most;
      else if (own.length === all.length && count(most) > 1) {
        const different = own.filter((r) => r.tag !== most).sort((a, b) => (a.target < b.target ? -1 : 1));
        services[service] = { [OTHERS]: most, ...Object.fromEntries(different.map((r) => [r.target, r.tag!])) };
      } else services[service] = Object.fromEntries(own.map((r) => [r.target, r.tag!]).sort(([a], [b]) => (a! < b! ? -1 : 1)));
    }
    if (Object.keys(services).length > 0) file[environment] = services;
  }
  return file;
}

/** Tags are always in quotes: `1.10` must not become a number. */
export function formatTagsFile(file: TagsFile): string {
  const lines = ['# Deploy tags: baf ssm tags import FILE writes what differs.'];
  for (const [environment, services] of Object.entries(file)) {
    lines.push(`${environment}:`);
    for (const [service, tag] of Object.entries(services)) {
      if (typeof tag === 'string') lines.push(`  ${service}: ${JSON.stringify(tag)}`);
      else lines.push(`  ${service}:`, ...Object.entries(tag).map(([target, own]) => `    ${target}: ${JSON.stringify(own)}`));
    }
  }
  return lines.join('\n') + '\n';
}

const lineAt = (text: string, offset: number | undefined): number => text.slice(0, offset ?? 0).split('\n').length;

/** The line of an entry: of an environment, a service in it, a target of that. */
export function lineOfEntry(text: string, ...keys: readonly string[]): number {
  let node: unknown = parseDocument(text).contents;
  let offset: number | undefined;
  for (const key of keys) {
    const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined;
    offset = (pair?.key as { range?: [number] } | undefined)?.range?.[0] ?? offset;
    node = pair?.value;
  }
  return lineAt(text, offset);
}

/** Throws with file and line where the text is no such file. */
export function parseTagsFile(text: string, path: string): TagsFile {
  const document = parseDocument(text);
  const refuse = (offset: number | undefined, what: string, steps: readonly string[] = []): never => {
    throw new UserError('TagsFileInvalid', {
      message: `${path}:${lineAt(text, offset)}: ${what}`,
      nextSteps: [...steps, 'baf ssm tags export writes a file as it should be: environment, service, tag.'],
    });
  };
  const [error] = document.errors;
  if (error?.code === 'DUPLICATE_KEY')
    refuse(error.pos[0], `${/^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] ?? 'a name'} is there twice`);
  if (error) refuse(error.pos[0], error.message.split('\n')[0]!.replace(/ at line .*$/, ''));
  const offsetOf = (node: unknown): number | undefined => (node as { range?: [number] } | null)?.range?.[0];
  const mapOf = (node: unknown, what: string, at: unknown): YAMLMap =>
    isMap(node) ? node : refuse(offsetOf(node) ?? offsetOf(at), `${what} has to be a map`);
  const textOf = (node: unknown, what: string, at: unknown): string => {
    if (isScalar(node) && typeof node.value === 'string') {
      try {
        return checkTag(node.value);
      } catch (problem) {
        return refuse(offsetOf(node), (problem as Error).message, (problem as UserError).nextSteps);
      }
    }
    // 1.10 as a number is 1.1: what was meant is what is written.
    return refuse(
      offsetOf(node) ?? offsetOf(at),
      `${what} has to be a tag in quotes, e.g. "${(isScalar(node) && node.source) || '1.4.0'}"`,
    );
  };
  const file: Record<string, Record<string, string | Record<string, string>>> = {};
  if (document.contents === null) return file;
  for (const { key: environment, value } of mapOf(document.contents, 'the file', null).items) {
    const services: Record<string, string | Record<string, string>> = {};
    for (const { key: service, value: tag } of mapOf(value, `environment ${String(environment)}`, environment).items) {
      services[String(service)] = isMap(tag)
        ? Object.fromEntries(tag.items.map((i) => [String(i.key), textOf(i.value, String(i.key), i.key)]))
        : textOf(tag, String(service), service);
    }
    file[String(environment)] = services;
  }
  return file;
}

/** Tag by target of one entry; a target that is named and not there comes back as unknown. */
export function tagsByTarget(
  entry: string | Readonly<Record<string, string>>,
  targets: readonly string[],
): { readonly tags: ReadonlyMap<string, string>; readonly unknown: readonly string[] } {
  if (typeof entry === 'string') return { tags: new Map(targets.map((t) => [t, entry])), unknown: [] };
  const tags = targets.flatMap((t) => {
    const tag = Object.hasOwn(entry, t) ? entry[t] : entry[OTHERS];
    return tag === undefined ? [] : [[t, tag] as const];
  });
  return { tags: new Map(tags), unknown: Object.keys(entry).filter((t) => t !== OTHERS && !targets.includes(t)) };
}
