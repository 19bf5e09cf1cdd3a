/** Names of what baf keeps in SSM (schema: "deploy tags" in docs/tags.md). */
export const tagParameter = (environment: string, service: string): string => `/baf/tags/${environment}/${service}`;
export const stagingParameter = (name: string): string => `/baf/stagings/${name}`;
export const offerPath = '/baf/platform';
