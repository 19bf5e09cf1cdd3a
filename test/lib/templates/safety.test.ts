/** Values cannot break out of a template, a template cannot reach out, and parts of a staging's stack stay apart. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../../src/lib/config/project.js';
import { resolveService } from '../../../src/lib/config/resolve.js';
import { files } from '../../../src/lib/system/files.js';
import { listTemplates, loadTemplate } from '../../../src/lib/templates/load.js';
import { renderTemplate, type TemplateFiles, type TemplateValues } from '../../../src/lib/templates/render.js';
import { renderStagingStack } from '../../../src/lib/templates/staging-stack.js';

const load = (name: string) => loadTemplate(name, ['templates'], files);
function valuesOf(name: string, input: object): TemplateValues {
  const text = JSON.stringify({ project: 'shop', services: { [name]: input } });
  const service = resolveService(parseProject(text, '/', 'baf.yaml'), name, 'prod');
  return {
    service,
    project: 'shop',
    environment: 'prod',
    staging: null,
    target: { name: 'a/eu-west-1', account: 'a', accountId: '111111111111', region: 'eu-west-1' },
    offer: {
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1'],
      cluster: 'baf',
      listenerArn: 'arn:l',
      loadBalancerSecurityGroupId: 'sg-0',
      executionRoleArn: 'arn:e',
      taskRoleArn: 'arn:t',
      infrastructureRoleArn: 'arn:i',
      namespace: 'baf',
      domain: 'x.example',
    },
    tag: '1',
    digest: null,
    imageUri: 'x:1',
    host: service.port ? `${name}.x.example` : null,
    stackOutputs: {},
  };
}
interface Container {
  environment: { name: string; value: string }[];
  command?: string[];
  portMappings?: unknown[];
  healthCheck?: { command: string[] };
}
const containerOf = (template: TemplateFiles, values: TemplateValues): Container =>
  (renderTemplate(template, values).taskDefinition['containerDefinitions'] as Container[])[0]!;
const worker = await load('worker');

describe('values', () => {
  it('arrive as they are, whatever is in them', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('{{ x }}', '{% raw %}', '"\n- a: b', '# x', "'", '\u2028', ' x'.repeat(500)),
    );
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/).filter((n) => n !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(name, text), fc.array(text, { minLength: 1 }), (env, command) => {
        const base = valuesOf('s', { template: 'worker' });
        const made = containerOf(worker, { ...base, service: { ...base.service, env, command } });
        expect(Object.fromEntries(made.environment.map((e) => [e.name, e.value]))).toEqual({ ...env });
        expect(made.environment.map((e) => e.name)).toEqual(Object.keys(env).sort());
        expect(made.command).toEqual(command);
      }),
    );
  });
  it('of a health path are quoted for the shell', async () => {
    const values = valuesOf('s', { template: 'backend-service', port: 80, health: '/h?a=$(id)&b=1' });
    expect(containerOf(await load('backend-service'), values).healthCheck!.command).toEqual([
      'CMD-SHELL',
      "curl -fsS 'http://localhost:80/h?a=$(id)&b=1' || exit 1",
    ]);
  });
  it('without a port give a backend no port mapping, health check or ingress', async () => {
    const template = await load('backend-service');
    const values = valuesOf('s', { template: 'backend-service' });
    const made = containerOf(template, values);
    expect([made.portMappings, made.healthCheck]).toEqual([undefined, undefined]);
    expect(JSON.stringify(renderTemplate(template, values))).not.toMatch(/null|Ingress|clientAliases/);
  });
});

describe('a template', () => {
  const rendering = (service: string) => () =>
    renderTemplate({ ...worker, service }, valuesOf('s', { template: 'worker' })).service;
  it('reads nothing from the disk', () => {
    expect(rendering('a: "{% include "package.json" %}"')).toThrow(/ENOENT/);
    expect(rendering('{% render "package.json" %}')).toThrow(/ENOENT/);
  });
  it('gives a map', () => {
    for (const text of ['', '- a', 'x']) expect(rendering(text)).toThrow('worker/service.yaml.liquid: it renders to no map');
  });
  it('that renders to no YAML shows what it renders to', () => {
    expect(rendering('a: {{ name }}\nb: [1\nc: 2')).toThrow(
      /^worker\/service\.yaml\.liquid: .* at line 3, column 1 of what it renders to: b: \[1$/,
    );
  });
  it('with a broken template.yaml is named', async () => {
    const edge = { read: () => Promise.resolve('a: ['), list: () => Promise.resolve(['x']) };
    await expect(listTemplates(['/t'], edge)).rejects.toMatchObject({
      code: 'TemplateBroken',
      message: expect.stringContaining('/t/x/template.yaml: ') as string,
    });
  });
});

describe('a staging’s stack', () => {
  const merged = (stack: object, service = 'my-api') =>
    renderStagingStack([
      { service, template: { ...worker, stack: JSON.stringify(stack) }, values: valuesOf(service, { template: 'worker' }) },
    ]).template;
  it('renames references of every form, and nothing else', () => {
    const stack = {
      Parameters: { P: { Type: 'String', Default: 'x' } },
      Mappings: { M: { k: { v: 1 } } },
      Conditions: { C: { 'Fn::Equals': [{ Ref: 'P' }, 'C'] } },
      Resources: {
        A: {
          Type: 'T',
          Condition: 'C',
          DependsOn: ['B'],
          Properties: {
            attribute: [{ 'Fn::GetAtt': ['B', 'Arn'] }, { 'Fn::GetAtt': 'B.Stream.Arn' }],
            text: { 'Fn::Sub': '${B}-${B.Arn}-${!B}-${AWS::Region}' },
            list: { 'Fn::Sub': ['${B}-${P}', { P: { Ref: 'B' } }] },
            either: { 'Fn::If': ['C', { Ref: 'B' }, { Ref: 'AWS::NoValue' }] },
            map: { 'Fn::FindInMap': ['M', 'k', 'v'] },
            policy: { Condition: { StringEquals: { B: 'B' } } },
          },
        },
        B: { Type: 'T', DependsOn: 'A' },
      },
      Outputs: { Out: { Condition: 'C', Value: { Ref: 'A' } } },
    };
    expect(merged(stack)).toMatchObject({
      Parameters: { MyApiP: { Default: 'x' } },
      Mappings: { MyApiM: { k: { v: 1 } } },
      Conditions: { MyApiC: { 'Fn::Equals': [{ Ref: 'MyApiP' }, 'C'] } },
      Resources: {
        MyApiA: {
          Condition: 'MyApiC',
          DependsOn: ['MyApiB'],
          Properties: {
            attribute: [{ 'Fn::GetAtt': ['MyApiB', 'Arn'] }, { 'Fn::GetAtt': ['MyApiB', 'Stream.Arn'] }],
            text: { 'Fn::Sub': '${MyApiB}-${MyApiB.Arn}-${!B}-${AWS::Region}' },
            list: { 'Fn::Sub': ['${MyApiB}-${P}', { P: { Ref: 'MyApiB' } }] },
            either: { 'Fn::If': ['MyApiC', { Ref: 'MyApiB' }, { Ref: 'AWS::NoValue' }] },
            map: { 'Fn::FindInMap': ['MyApiM', 'k', 'v'] },
            policy: { Condition: { StringEquals: { B: 'B' } } },
          },
        },
        MyApiB: { DependsOn: 'MyApiA' },
      },
      Outputs: { MyApiOut: { Condition: 'MyApiC', Value: { Ref: 'MyApiA' } } },
    });
  });
  it('refuses names that would overwrite each other', () => {
    const parts = ['a-1', 'a1'].map((service) => ({
      service,
      template: worker,
      values: valuesOf(service, { template: 'worker' }),
    }));
    expect(() => renderStagingStack(parts)).toThrow('The services a-1 and a1 both give Resources.A1LogGroup');
  });
});
