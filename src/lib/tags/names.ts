/** Names of what baf keeps in SSM (schema: "deploy tags" in docs/tags.md). */
export const tagParameter = (environment: string, service: string): string => `/baf/tags/${environment}/${service}`;
export const stagingParameter = (name: string): string => `/baf/stagings/${name}`;
/** In the environment's home target. */
export const pinParameter = (environment: string, service: string): string => `/baf/pins/${environment}/${service}`;
/** A promotion under way into an environment, in its home target; its parts count from 1. */
export const promotionParameter = (environment: string, part: number): string => `/baf/promotions/${environment}/${part}`;
export const offerPath = '/baf/platform';
