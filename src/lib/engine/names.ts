/** Names that the templates give in ECS: `<project>-<environment or staging>-<service>`. */
export const environmentServiceName = (request: { project: string; environment: string }, service: { name: string }): string =>
  `${request.project}-${request.environment}-${service.name}`;
