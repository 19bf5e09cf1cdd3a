/** A platform file of `accounts` accounts in two regions each: environments hold at most as many targets as one has. */
export function fleetPlatform(accounts) {
  const ids = Array.from({ length: accounts }, (_, i) => [
    `fleet-${String(i + 1).padStart(2, '0')}`,
    String(900_000_000_001 + i),
  ]);
  return [
    '# yaml-language-server: $schema=../../schemas/baf.platform.schema.json',
    'platform: acme',
    'engine: cloudformation',
    'identity:',
    '  role: arn:aws:iam::{account}:role/baf-deploy',
    'accounts:',
    ...ids.map(([name, id]) => `  ${name}: "${id}"`),
    'environments:',
    '  prod:',
    `    targets: [${ids.flatMap(([name]) => [`${name}/eu-west-1`, `${name}/us-east-1`]).join(', ')}]`,
    '',
  ].join('\n');
}
