/** XML as the services write it. */
import { XmlShapeDeserializer, XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../service.js';

const settings = { xmlNamespace: '', serviceNamespace: '', timestampFormat: { useTrait: true, default: 5 } };

/** A value under the root that its schema names. */
export function writeXml(schema: unknown, value: unknown): string {
  const serializer = new XmlShapeSerializer(settings as never);
  serializer.write(NormalizedSchema.of(schema as never), value);
  return String(serializer.flush());
}

/** What lies below the root: each protocol names its own. */
export function writeXmlMembers(schema: unknown, value: unknown): string {
  if (!NormalizedSchema.of(schema as never).isStructSchema()) return '';
  const xml = writeXml(schema, value);
  return /^<[^>]*?\/>$/.test(xml) ? '' : xml.slice(xml.indexOf('>') + 1, xml.lastIndexOf('</'));
}

export function readXml(schema: unknown, text: string): Record<string, unknown> {
  try {
    return new XmlShapeDeserializer(settings as never).read(schema as never, text as never) as Record<string, unknown>;
  } catch {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema.',
    );
  }
}

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
