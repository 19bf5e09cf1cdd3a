/** Which clients that nobody here wrote have run: a line for each, from what test/clients/client.ts reported. */
import { existsSync, readFileSync } from 'node:fs';

export function clientLines(file) {
  if (!existsSync(file)) return ['CLIENTS: none ran: the tests of test/clients reported nothing'];
  const reports = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return [...new Set(reports.map((r) => r.client))].sort().flatMap((client) => {
    const parts = reports.filter((r) => r.client === client);
    const ran = parts.filter((r) => r.skipped === undefined);
    const checked = ran.reduce((sum, r) => sum + r.checked, 0);
    const names = ran.map((r) => r.part).sort();
    return [
      ...(ran.length > 0 ? [`${client}: ${checked} ${ran[0].unit} checked (${names.join(', ')})`] : []),
      ...[...new Set(parts.flatMap((r) => r.skipped ?? []))].map((why) => `${client}: SKIPPED: ${why}`),
    ];
  });
}
