/** What services lack before they can be planned: noted while planning, target by target, and told together. */
import { ExitCode, UserError } from '../errors/user-error.js';
import type { ServiceSpec, StrategyName } from '../model/service.js';

interface Lack {
  readonly code: 'TagMissing' | 'InfrastructureRoleMissing';
  readonly service: string;
  readonly target: string;
  readonly strategy: StrategyName;
}

/** So many services are written out in a next step. */
const SPELLED_OUT = 4;

export class Lacking {
  private readonly lacks: Lack[] = [];

  note(code: Lack['code'], service: ServiceSpec, target: { readonly name: string }): void {
    this.lacks.push({ code, service: service.name, target: target.name, strategy: service.deploy.strategy });
  }

  /** Whether nothing can come of the plan any more. */
  get any(): boolean {
    return this.lacks.length > 0;
  }

  /** @throws UserError of the first kind (exit 2) with all of them; `details.missing: [{ code, service, target }]` */
  refuse(environment: string): void {
    if (!this.any) return;
    const of = (code: Lack['code']): Lack[] => this.lacks.filter((lack) => lack.code === code);
    const [tags, roles] = [of('TagMissing'), of('InfrastructureRoleMissing')];
    throw new UserError(tags.length > 0 ? 'TagMissing' : 'InfrastructureRoleMissing', {
      message: [...tagText(tags, environment), ...roleText(roles)].join('\n'),
      nextSteps: [...tagSteps(tags), ...roleSteps(roles)],
      exitCode: ExitCode.usage,
      details: { missing: this.lacks.map(({ code, service, target }) => ({ code, service, target })) },
    });
  }
}

function tagText(lacks: readonly Lack[], environment: string): string[] {
  const services = servicesOf(lacks);
  if (services.length === 0) return [];
  return services.length === 1
    ? [`No tag for ${services[0]}: it has no deploy tag in ${environment} (${targetsOf(lacks)}) yet.`]
    : [`No tag for these services: they have no deploy tag in ${environment} yet.`, ...grouped(lacks, ({ service }) => service)];
}

function roleText(lacks: readonly Lack[]): string[] {
  const [first] = lacks;
  if (!first) return [];
  return servicesOf(lacks).length === 1
    ? [
        `${first.service} has the strategy ${first.strategy}, and no role by which ECS moves traffic is offered in ${targetsOf(lacks)}.`,
      ]
    : [
        'No role by which ECS moves traffic is offered, which the strategies of these services need.',
        ...grouped(lacks, ({ service, strategy }) => `${service} (${strategy})`),
      ];
}

/** A line for services that lack it in the same targets. */
function grouped(lacks: readonly Lack[], name: (lack: Lack) => string): string[] {
  const lines = new Map<string, string[]>();
  for (const one of new Set(lacks.map(name))) {
    const targets = targetsOf(lacks.filter((lack) => name(lack) === one));
    lines.set(targets, [...(lines.get(targets) ?? []), one]);
  }
  return [...lines].map(([targets, names]) => `  ${names.join(', ')} in ${targets}`);
}

const targetsOf = (lacks: readonly Lack[]): string =>
  lacks
    .map(({ target }) => target)
    .toSorted()
    .join(', ');

const servicesOf = (lacks: readonly Lack[]): string[] => [...new Set(lacks.map(({ service }) => service))];

function tagSteps(lacks: readonly Lack[]): string[] {
  const services = servicesOf(lacks);
  if (services.length === 0) return [];
  if (services.length === 1) return ['Give one: --tag TAG', `or a default in baf.yaml: services.${services[0]}.tag`];
  const flags = services.length <= SPELLED_OUT ? services.map((name) => `--tag ${name}=TAG`).join(' ') : '--tag SERVICE=TAG';
  return [`Give each one: ${flags}, or --tag TAG for all; or a default in baf.yaml: services.NAME.tag`];
}

function roleSteps(lacks: readonly Lack[]): string[] {
  if (lacks.length === 0) return [];
  return [
    `The platform's infrastructure code publishes it as /baf/platform/ecs-infrastructure-role-arn (docs/platform.md).`,
    'Or use rolling: deploy: { strategy: rolling }, or --strategy rolling.',
  ];
}
