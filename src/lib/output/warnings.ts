/** Warnings as lines: what is alike of many targets is one. */
import { general } from './general.js';
import { targetsText, widthOf } from './style.js';

/** `shop-prod/eu-west-1: access denied`; environments and paths have no region behind their slash. */
const OF_TARGET = /^([\w.-]+\/[a-z]{2}(?:-[a-z]+)+-\d): (.+)$/s;

/** In the order in which each was first said. */
export function warningLines(warnings: readonly string[], columns: number): string[] {
  const groups = new Map<string, { reason: string; targets: string[] }>();
  const lines: (string | { reason: string; targets: string[] })[] = [];
  for (const text of warnings) {
    const [, target, reason] = OF_TARGET.exec(text) ?? [];
    if (target === undefined || reason === undefined) {
      lines.push(text);
      continue;
    }
    const alike = general(reason);
    const group = groups.get(alike);
    if (group) {
      group.targets.push(target);
      continue;
    }
    const made = { reason, targets: [target] };
    groups.set(alike, made);
    lines.push(made);
  }
  return lines.map((line) => {
    if (typeof line === 'string') return line;
    const reason = line.targets.length > 1 ? general(line.reason) : line.reason;
    return `${targetsText(line.targets, Math.max(20, columns - widthOf(reason) - 2))}: ${reason}`;
  });
}
