/** Finds templates: the project's own folder first, baf's then. */
import { parse } from 'yaml';
import { nearest } from '../errors/nearest.js';
import { UserError } from '../errors/user-error.js';
import type { TemplateFiles } from './render.js';

interface Files {
  read(path: string): Promise<string | null>;
  list(path: string): Promise<string[]>;
}

export interface TemplateAbout {
  readonly name: string;
  readonly description: string;
  readonly dir: string;
}

export async function loadTemplate(name: string, dirs: readonly string[], files: Files): Promise<TemplateFiles> {
  for (const dir of dirs) {
    const folder = `${dir}/${name}`;
    if (!/^[a-z][a-z0-9-]*$/.test(name)) break;
    const [about, taskDefinition, service, stack] = await Promise.all(
      ['template.yaml', 'task-definition.yaml.liquid', 'service.yaml.liquid', 'stack.yaml.liquid'].map((file) =>
        files.read(`${folder}/${file}`),
      ),
    );
    if (about === null) continue;
    if (taskDefinition == null || service == null)
      throw new UserError('TemplateBroken', {
        message: `The template ${name} in ${folder} lacks ${taskDefinition == null ? 'task-definition' : 'service'}.yaml.liquid.`,
        nextSteps: ['baf template show web-service shows what a template has.'],
      });
    return { name, dir: folder, about: about!, taskDefinition, service, stack: stack ?? null };
  }
  const known = (await listTemplates(dirs, files)).map((t) => t.name);
  const guess = nearest(name, known);
  throw new UserError('TemplateUnknown', {
    message: `There is no template ${name}.`,
    nextSteps: [...(guess ? [`Did you mean ${guess}?`] : []), `Templates: ${known.join(', ')} (looked in ${dirs.join(', ')})`],
  });
}

export async function listTemplates(dirs: readonly string[], files: Files): Promise<TemplateAbout[]> {
  const found = new Map<string, TemplateAbout>();
  for (const dir of dirs)
    for (const name of await files.list(dir)) {
      const text = found.has(name) ? null : await files.read(`${dir}/${name}/template.yaml`);
      if (text !== null)
        found.set(name, {
          name,
          description: descriptionOf(text, `${dir}/${name}/template.yaml`),
          dir: `${dir}/${name}`,
        });
    }
  return [...found.values()];
}

function descriptionOf(text: string, file: string): string {
  try {
    const about: unknown = parse(text);
    return String((about as { description?: unknown } | null)?.description ?? '');
  } catch (error) {
    throw new UserError('TemplateBroken', {
      message: `${file}: ${error instanceof Error ? error.message.split('\n')[0]!.replace(/:\s*$/, '') : String(error)}`,
      nextSteps: [`Correct ${file}, then run the command again.`],
    });
  }
}
