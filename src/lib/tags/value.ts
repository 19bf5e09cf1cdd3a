/** A deploy tag's value: `<tag>` or `<tag>@sha256:<digest>`. */
export interface TagValue {
  readonly tag: string;
  readonly digest: string | null;
}

export function parseTagValue(value: string): TagValue {
  const at = value.indexOf('@');
  return at < 0 ? { tag: value, digest: null } : { tag: value.slice(0, at), digest: value.slice(at + 1) };
}

export const formatTagValue = ({ tag, digest }: TagValue): string => (digest ? `${tag}@${digest}` : tag);
