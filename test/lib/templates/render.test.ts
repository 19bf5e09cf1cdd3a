import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../../src/lib/config/project.js';
import { resolveService } from '../../../src/lib/config/resolve.js';
import { files } from '../../../src/lib/system/files.js';
import { listTemplates, loadTemplate } from '../../../src/lib/templates/load.js';
import { priorityOf, renderTemplate, testPriorityOf, type TemplateValues } from '../../../src/lib/templates/render.js';
import { renderStagingStack } from '../../../src/lib/templates/staging-stack.js';
import { installed } from '../../acceptance/harness.js';
import { expectGolden } from '../golden.js';

const dir = resolve('templates');
const names = readdirSync(dir);
const lint = installed('cfn-lint');

const valuesOf = (text: string, name: string, staging: string | null): TemplateValues => {
  const project = parseProject(text, '/', 'example.yaml');
  const service = resolveService(project, name, 'prod');
  return {
    service,
    project: project.name,
    environment: staging ? 'staging' : 'prod',
    staging,
    target: { name: 'shop/eu-west-1', account: 'shop', accountId: '111111111111', region: 'eu-west-1' },
    offer: {
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      cluster: 'baf',
      listenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/baf/0123456789abcdef/0123456789abcdef',
      loadBalancerSecurityGroupId: 'sg-0123456789abcdef0',
      executionRoleArn: 'arn:aws:iam::111111111111:role/exec',
      taskRoleArn: 'arn:aws:iam::111111111111:role/task',
      infrastructureRoleArn: 'arn:aws:iam::111111111111:role/ecs-infrastructure',
      taskBoundaryArn: 'arn:aws:iam::111111111111:policy/baf-task-boundary',
      namespace: 'baf',
      domain: 'shop.example',
    },
    tag: '1.0.0',
    digest: null,
    imageUri: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop-example:1.0.0',
    host: service.port ? `${name}.shop.example` : null,
    stackOutputs: { SecurityGroupId: 'sg-1', TargetGroupArn: 'arn:tg', LogGroupName: 'logs' },
  };
};

/** What cfn-lint says of a template; empty is clean. */
function lintOf(template: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'baf-lint-'));
  writeFileSync(join(folder, 'stack.json'), JSON.stringify(template));
  const ran = spawnSync('cfn-lint', ['--regions', 'eu-west-1', '--', join(folder, 'stack.json')], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return ran.stdout + ran.stderr;
}

describe.each(names)('%s', (name) => {
  const text = readFileSync(join(dir, name, 'example.yaml'), 'utf8');
  it('renders its example as expected', async () => {
    const rendered = renderTemplate(await loadTemplate(name, [dir], files), valuesOf(text, 'example', null));
    const { taskDefinition, service, stack } = rendered;
    for (const [part, value] of Object.entries({ 'task-definition': taskDefinition, service, stack }))
      expectGolden(join(dir, name, 'expected', `${part}.json`), JSON.stringify(value, null, 2) + '\n');
  });
  it('renders before its stack is there', async () => {
    const rendered = renderTemplate(await loadTemplate(name, [dir], files), {
      ...valuesOf(text, 'example', 'demo'),
      stackOutputs: {},
      imageUri: '',
    });
    expect(JSON.stringify(rendered.service)).not.toMatch(/sg-1|arn:tg/);
    expect(rendered.service['serviceName']).toBe('shop-demo-example');
  });
  it.skipIf(!lint)('gives a stack without findings of cfn-lint', async () => {
    const rendered = renderTemplate(await loadTemplate(name, [dir], files), valuesOf(text, 'example', null));
    expect(lintOf(rendered.stack)).toBe('');
  });
});

describe('the execution role', () => {
  const text = readFileSync(join(dir, 'worker', 'example.yaml'), 'utf8');
  const values = valuesOf(text, 'example', null);
  const render = async (more: Partial<TemplateValues>) =>
    renderTemplate(await loadTemplate('worker', [dir], files), { ...values, ...more });
  it("is the platform's own where it offers no boundary", async () => {
    const { taskBoundaryArn, ...offer } = values.offer;
    expect(taskBoundaryArn).toBeDefined();
    const { stack, taskDefinition } = await render({
      offer,
      stackOutputs: { ExecutionRoleArn: 'arn:aws:iam::111111111111:role/left' },
    });
    expect(Object.keys(stack!['Resources'] as object)).toEqual(['LogGroup', 'SecurityGroup']);
    expect(taskDefinition['executionRoleArn']).toBe('arn:aws:iam::111111111111:role/exec');
  });
  it("is the stack's where it has made one", async () => {
    const { taskDefinition } = await render({ stackOutputs: { ExecutionRoleArn: 'arn:aws:iam::111111111111:role/baf/tasks/x' } });
    expect(taskDefinition['executionRoleArn']).toBe('arn:aws:iam::111111111111:role/baf/tasks/x');
    expect((await render({ stackOutputs: {} })).taskDefinition['executionRoleArn']).toBe('arn:aws:iam::111111111111:role/exec');
  });
});

describe('a web-service whose traffic is moved', () => {
  const text = readFileSync(join(dir, 'web-service', 'example.yaml'), 'utf8');
  const pair = { AlternateTargetGroupArn: 'arn:alternate', ProductionRuleArn: 'arn:rule', TestRuleArn: 'arn:test-rule' };
  const rendered = async (more: Partial<TemplateValues> = {}, strategy = 'blue-green') => {
    const values = valuesOf(text.replace('    tag:', `    deploy: { strategy: ${strategy} }\n    tag:`), 'example', null);
    const stackOutputs = { ...values.stackOutputs, ...pair };
    return renderTemplate(await loadTemplate('web-service', [dir], files), { ...values, stackOutputs, ...more });
  };
  it('has two target groups, two rules and the role for ECS', async () => {
    const { service, stack } = await rendered();
    for (const [part, value] of Object.entries({ service, stack }))
      expectGolden(join(dir, 'web-service', 'expected', `${part}.blue-green.json`), JSON.stringify(value, null, 2) + '\n');
  });
  it('keeps them when it goes back to rolling, with the weights that hold', async () => {
    const traffic = { paired: true, serving: 'alternate' } as const;
    const back = await rendered({ traffic }, 'rolling');
    expect(back.service['deploymentConfiguration']).toMatchObject({ strategy: 'ROLLING' });
    expect(back.service['loadBalancers']).toMatchObject([
      { advancedConfiguration: { alternateTargetGroupArn: 'arn:alternate' } },
    ]);
    const { ListenerRule } = back.stack!['Resources'] as { ListenerRule: { Properties: { Actions: unknown[] } } };
    expect(ListenerRule.Properties.Actions).toEqual([
      {
        Type: 'forward',
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: { Ref: 'TargetGroup' }, Weight: 0 },
            { TargetGroupArn: { Ref: 'AlternateTargetGroup' }, Weight: 100 },
          ],
        },
      },
    ]);
  });
  it('tests before the rule of its host: the priority is a smaller one', () => {
    for (const host of ['a.shop.example', 'ui.prod.acme.example', 'x', 'example.shop.example'])
      expect(testPriorityOf(host)).toBeLessThan(priorityOf(host));
  });
  it.skipIf(!lint)('gives a stack without findings of cfn-lint', async () => {
    expect(lintOf((await rendered()).stack)).toBe('');
  });
});

describe('a staging', () => {
  const text = readFileSync(resolve('examples/retail-store/baf.yaml'), 'utf8');
  const services = Object.keys(parseProject(text, '/', 'baf.yaml').services);
  const stackOf = async () =>
    renderStagingStack(
      await Promise.all(
        services.map(async (service) => {
          const values = valuesOf(text, service, 'demo');
          return { service, template: await loadTemplate(values.service.template, [dir], files), values };
        }),
      ),
    );
  it('has an execution role for each of its services', async () => {
    const { template } = await stackOf();
    const roles = Object.entries(template['Resources'] as Record<string, { Type: string }>).filter(
      ([, r]) => r.Type === 'AWS::IAM::Role',
    );
    expect(roles.map(([id]) => id)).toEqual(services.map((s) => `${s[0]!.toUpperCase()}${s.slice(1)}ExecutionRole`));
    // A staging reads what its environment has.
    expect(JSON.stringify(roles)).toContain('parameter/baf/secrets/staging/catalog/*');
  });
  it('is one stack of all its services, whose outputs come back by service', async () => {
    const { template, outputsFor } = await stackOf();
    const { Resources, Outputs } = template as {
      Resources: Record<string, { Properties: { Actions?: unknown } }>;
      Outputs: object;
    };
    expect(Object.keys(Resources)).toHaveLength(17);
    expect(Resources['UiListenerRule']!.Properties.Actions).toEqual([
      { Type: 'forward', TargetGroupArn: { Ref: 'UiTargetGroup' } },
    ]);
    expect(Outputs).toHaveProperty('CheckoutSecurityGroupId', { Value: { 'Fn::GetAtt': ['CheckoutSecurityGroup', 'GroupId'] } });
    expect(outputsFor({ UiTargetGroupArn: 'x', CartLogGroupName: 'y', Other: 'z' })).toMatchObject({
      ui: { TargetGroupArn: 'x' },
      cart: { LogGroupName: 'y' },
    });
  });
  it.skipIf(!lint)('has no findings of cfn-lint', async () => {
    expect(lintOf((await stackOf()).template)).toBe('');
  });
});

describe('templates', () => {
  it("are listed, the project's own first", async () => {
    expect((await listTemplates([dir], files)).map((t) => t.name)).toEqual(names);
  });
  it('that are not there name the nearest', async () => {
    await expect(loadTemplate('web-servic', [dir], files)).rejects.toMatchObject({ code: 'TemplateUnknown', exitCode: 2 });
    await expect(loadTemplate('../etc', [dir], files)).rejects.toMatchObject({ code: 'TemplateUnknown' });
  });
  it('that are broken name file and line', async () => {
    const good = await loadTemplate('worker', [dir], files);
    const values = valuesOf(readFileSync(join(dir, 'worker/example.yaml'), 'utf8'), 'example', null);
    expect(() => renderTemplate({ ...good, service: 'a: 1\nb: {{ nothing }}' }, values).service).toThrow(
      /worker\/service\.yaml\.liquid:2: undefined variable: nothing/,
    );
    expect(() => renderTemplate({ ...good, service: '{% if' }, values).service).toThrow(/worker\/service\.yaml\.liquid/);
  });
  it('spread rule priorities over what a listener takes', () => {
    const all = Array.from({ length: 500 }, (_, i) => priorityOf(`s${i}.example`));
    expect(all.every((p) => p >= 1 && p <= 50_000)).toBe(true);
    expect(new Set(all).size).toBeGreaterThan(490);
  });
});
