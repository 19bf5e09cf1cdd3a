/** Texts without what is a target's own, so that what is alike of many targets is told once. */
export const general = (text: string): string =>
  text.replace(/\b\d{12}\b/g, 'ACCOUNT').replace(/\b[a-z]{2}(-[a-z]+)+-\d\b/g, 'REGION');

/** The same for names that AWS gives. */
export const withoutIds = (text: string): string =>
  text.replace(/\b(subnet|sg|vpc)-[0-9a-f]{8,17}\b/g, '$1-ID').replace(/(targetgroup\/[^/\s]+\/)[0-9a-f]{16}/g, '$1ID');
