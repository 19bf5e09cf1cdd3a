/** `baf stack render`, `baf template ls | show`: files only, no AWS. */
import { resolve } from 'node:path';
import { readFiles, targetsOf, templateDirs, type AppFlags } from '../app.js';
import { checkTag } from '../config/checks.js';
import { readProject } from '../config/project.js';
import { hostOf } from '../engine/observe.js';
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import type { PlatformOffer } from '../model/offer.js';
import { files } from '../system/files.js';
import { listTemplates, loadTemplate } from '../templates/load.js';
import { renderTemplate } from '../templates/render.js';
import { findEnvironment, selectServices } from './select.js';

/** Stands for what a target offers and a stack gives: legal values, seen at once not to be real ones. */
const sampleOffer = (account: string, region: string, domain: string): PlatformOffer => ({
  vpcId: 'vpc-00000000000000000',
  subnetIds: ['subnet-0000000000000000a', 'subnet-0000000000000000b', 'subnet-0000000000000000c'],
  cluster: 'baf',
  listenerArn: `arn:aws:elasticloadbalancing:${region}:${account}:listener/app/shared/0000000000000000/0000000000000000`,
  loadBalancerSecurityGroupId: 'sg-00000000000000000',
  executionRoleArn: `arn:aws:iam::${account}:role/task-execution`,
  taskRoleArn: `arn:aws:iam::${account}:role/task`,
  infrastructureRoleArn: `arn:aws:iam::${account}:role/ecs-infrastructure`,
  namespace: 'baf',
  domain,
});

type RenderFlags = AppFlags & {
  readonly env: string;
  readonly tag?: string | undefined;
  readonly target?: string | undefined;
  readonly only?: string | undefined;
};

export async function renderStack(name: string, flags: RenderFlags): Promise<object> {
  const { project, platform } = await readFiles(flags);
  const environment = findEnvironment(platform, flags.env);
  const [service] = selectServices({ project }, [name], environment.name);
  const targets = targetsOf(platform, environment.name);
  const target = flags.target === undefined ? targets[0] : targets.find((t) => t.name === flags.target);
  if (!target) {
    const guess = nearest(
      flags.target ?? '',
      targets.map((t) => t.name),
    );
    throw new UserError('TargetUnknown', {
      message: `${flags.target} is no target of ${environment.name}.`,
      nextSteps: [...(guess ? [`Did you mean ${guess}?`] : []), `Targets: ${targets.map((t) => t.name).join(', ')}`],
    });
  }
  const template = await loadTemplate(service!.template, templateDirs(project), files);
  const offer = sampleOffer(target.accountId, target.region, `${environment.name}.${platform.name}.example`);
  const tag = checkTag(flags.tag ?? service!.tag ?? 'latest');
  const external = service!.image.includes('/') && service!.image.split('/')[0]!.includes('.');
  const rendered = renderTemplate(template, {
    service: service!,
    project: project.name,
    environment: environment.name,
    staging: null,
    target,
    offer,
    tag,
    digest: null,
    imageUri: `${external ? '' : `${target.accountId}.dkr.ecr.${target.region}.amazonaws.com/`}${service!.image}:${tag}`,
    host: hostOf({ staging: null }, service!, offer.domain),
    stackOutputs: {
      TargetGroupArn: `arn:aws:elasticloadbalancing:${target.region}:${target.accountId}:targetgroup/${service!.name}/0000000000000000`,
      SecurityGroupId: 'sg-00000000000000001',
    },
  });
  if (flags.only === 'stack') return rendered.stack ?? {};
  if (flags.only === 'service') return rendered.service;
  if (flags.only === 'task-definition') return rendered.taskDefinition;
  return rendered;
}

/** The catalogue is also for somebody whose baf.yaml is not there, or not right yet; the platform file has no part in it. */
const dirsOf = async (flags: AppFlags): Promise<string[]> =>
  templateDirs(
    await readProject(resolve(flags.dir), files).catch((error: unknown) => {
      if (error instanceof UserError) return null;
      throw error;
    }),
  );

export async function lsTemplates(flags: AppFlags): Promise<{ json: object; text: string }> {
  const templates = await listTemplates(await dirsOf(flags), files);
  const width = Math.max(...templates.map((t) => t.name.length));
  return { json: { templates }, text: templates.map((t) => `${t.name.padEnd(width)}  ${t.description}`).join('\n') };
}

export async function showTemplate(name: string, flags: AppFlags): Promise<{ json: object; text: string }> {
  const template = await loadTemplate(name, await dirsOf(flags), files);
  const example = await files.read(`${template.dir}/example.yaml`);
  const text = [
    template.about.trimEnd(),
    ...(example ? ['', '# example', example.trimEnd()] : []),
    '',
    `# in ${template.dir}`,
  ].join('\n');
  return { json: { template: { name: template.name, dir: template.dir, about: template.about, example } }, text };
}
