/** Findings on a terminal of 80 columns and 24 rows, also of eighty targets. */
import { describe, expect, it } from 'vitest';
import { ok, problem, skipped, warning, type Finding } from '../../../src/lib/doctor/finding.js';
import { renderDoctor } from '../../../src/lib/output/doctor-view.js';
import { widthOf } from '../../../src/lib/output/style.js';

const targets = Array.from({ length: 80 }, (_, i) => ({
  name: `shop-${String(Math.floor(i / 2)).padStart(2, '0')}/${i % 2 ? 'us-east-1' : 'eu-west-1'}`,
  id: String(900_000_000_000 + Math.floor(i / 2)),
}));
const around: Finding[] = [
  ok('node', 'v20.20.0, 20.19 or newer is needed'),
  ok('git', '2.43, branch main'),
  ok('engine', 'cloudformation, which needs no program'),
  ok('endpoint', "AWS's own"),
  ok('proxy', 'none'),
  ok('project', 'baf.yaml: shop, 5 services'),
  ok('platform', 'baf.platform.yaml: acme, 40 accounts'),
  problem('clock', "this computer's clock is 20 minutes behind AWS's; AWS takes up to 5", 'sudo timedatectl set-ntp true'),
  ok('aws-files', '3 profiles'),
  ok('keys', 'none in the environment'),
  ok('login', 'acme: signed in until 2026-11-21T18:00:00.000Z, renewed by itself'),
];
const refused = (id: string): string =>
  `sts:AssumeRole of arn:aws:iam::${id}:role/baf-deploy in eu-west-1 was refused: User: arn:aws:iam::111111111111:user/a is not authorized`;
const roles = (bad: (i: number) => boolean): Finding[] =>
  targets.flatMap(({ name, id }, i) =>
    bad(i)
      ? [problem('role', refused(id), 'Check the trust policy.', name), skipped('offer', 'not asked without the role', name)]
      : [ok('role', 'role assumed', name), ok('offer', 'all of /baf/platform is there', name)],
  );

describe('eighty targets', () => {
  it('fit 80 columns and 24 rows, and those that fail are named', () => {
    const text = renderDoctor([...around, ...roles((i) => i === 6 || i === 7)], { color: false, columns: 80 });
    const lines = text.split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(text).toMatch(/targets {3}✗ role {9}2 of 80 targets: sts:AssumeRole of/);
    expect(text).toContain('shop-03/eu-west-1,us-east-1');
    expect(text).toMatch(/✓ role {9}78 of 80 targets: role assumed/);
    expect(text.replace(/\s+/g, ' ')).toContain('arn:aws:iam::ACCOUNT:role/baf-deploy in REGION was refused');
    expect(lines.at(-1)).toBe('2 problems, 12 fine, 1 skipped');
  });

  it('that all fail alike are one line, with as many names as fit', () => {
    const text = renderDoctor(
      roles(() => true),
      { color: false, columns: 80 },
    );
    expect(text).toContain('80 of 80 targets:');
    expect(text).toMatch(/shop-00\/eu-west-1,us-east-1.* \(\+\d+\)/);
    expect(text.split('\n').length).toBeLessThan(12);
  });

  it('that fail for different reasons are different lines, the single one named whole', () => {
    const findings = [
      problem('role', 'refused', 'Ask.', 'a/eu-west-1'),
      problem('role', 'throttled', 'Wait.', 'b/eu-west-1'),
      ok('role', 'role assumed', 'c/eu-west-1'),
    ];
    expect(renderDoctor(findings, { color: false, columns: 80 })).toBe(
      [
        'targets   ✗ role         a/eu-west-1: refused',
        '                         -> Ask.',
        '          ✗ role         b/eu-west-1: throttled',
        '                         -> Wait.',
        '          ✓ role         c/eu-west-1: role assumed',
        '',
        '2 problems, 1 fine',
      ].join('\n'),
    );
  });
});

it('shows every line of a file with several problems, and what the environment says harmlessly', () => {
  const text = renderDoctor(
    [
      problem('project', 'baf.yaml:3:1: one\nbaf.yaml:9:5: two', 'Correct it.'),
      warning('endpoint', 'http://x\u001b[2Jy', 'unset X'),
    ],
    { color: false, columns: 80 },
  );
  expect(text).toContain('baf.yaml:3:1: one\n                         baf.yaml:9:5: two\n');
  expect(text).not.toContain('\u001b');
  expect(renderDoctor([ok('node', 'v20')], { color: true, columns: 80 })).toContain('\u001b[32m✓');
});
