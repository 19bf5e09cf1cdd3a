/** One stack for a staging: the stacks of its services side by side, their logical ids prefixed by the service's name. */
import { renderTemplate, type TemplateFiles, type TemplateValues } from './render.js';

export interface StagingPart {
  readonly service: string;
  readonly template: TemplateFiles;
  readonly values: TemplateValues;
}

export interface StagingStack {
  readonly template: Record<string, unknown>;
  /** The stack's outputs, by service, under the names that the service's own template gives them. */
  outputsFor(outputs: Readonly<Record<string, string>>): Record<string, Record<string, string>>;
}

type Section = Record<string, Record<string, unknown>>;

export function renderStagingStack(parts: readonly StagingPart[]): StagingStack {
  const resources: Section = {};
  const outputs: Section = {};
  const names = new Map<string, { service: string; output: string }>();
  for (const { service, template, values } of parts) {
    const stack = renderTemplate(template, values).stack;
    if (!stack) continue;
    const prefix = pascal(service);
    const own = Object.keys((stack['Resources'] as Section | undefined) ?? {});
    const renamed = renameIn(stack, own, prefix) as { Resources?: Section; Outputs?: Section };
    for (const [id, resource] of Object.entries(renamed.Resources ?? {})) resources[prefix + id] = resource;
    for (const [id, output] of Object.entries(renamed.Outputs ?? {})) {
      outputs[prefix + id] = output;
      names.set(prefix + id, { service, output: id });
    }
  }
  const first = parts[0]?.values;
  return {
    template: {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `baf staging ${first?.staging ?? ''} of ${first?.project ?? ''}`,
      Resources: resources,
      Outputs: outputs,
    },
    outputsFor(values) {
      const found: Record<string, Record<string, string>> = Object.fromEntries(parts.map((p) => [p.service, {}]));
      for (const [id, value] of Object.entries(values)) {
        const name = names.get(id);
        if (name) found[name.service]![name.output] = value;
      }
      return found;
    },
  };
}

const pascal = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** References to the part's own resources follow their new names. */
function renameIn(value: unknown, own: readonly string[], prefix: string): unknown {
  const rename = (id: string) => (own.includes(id) ? prefix + id : id);
  if (Array.isArray(value)) return value.map((item) => renameIn(item, own, prefix));
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, unknown] => {
      if (key === 'Ref' && typeof inner === 'string') return [key, rename(inner)];
      if (key === 'Fn::GetAtt') {
        const [id, ...rest] = Array.isArray(inner) ? (inner as string[]) : String(inner).split('.');
        return [key, [rename(id!), ...rest]];
      }
      if (key === 'DependsOn') return [key, Array.isArray(inner) ? inner.map((id: string) => rename(id)) : rename(String(inner))];
      if (key === 'Fn::Sub' && typeof inner === 'string')
        return [
          key,
          inner.replace(/\$\{([^!}.]+)((?:\.[^}]+)?)\}/g, (_all, id: string, rest: string) => `\${${rename(id)}${rest}}`),
        ];
      return [key, renameIn(inner, own, prefix)];
    }),
  );
}
