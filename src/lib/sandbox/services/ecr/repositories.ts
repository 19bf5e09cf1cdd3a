/** Repositories: made, shown, deleted; their policies, settings and tags. */
import { AwsError, type Cell, type Operation } from '../../service.js';
import { page } from '../page.js';
import { entry, tagList, tagsOf, untag, type Tag } from '../records.js';
import { arnOf, badToken, hostOf, invalid, need, slice, type Repository } from './state.js';

interface Named {
  repositoryName: string;
}
interface CreateInput extends Named {
  tags?: Tag[];
  imageTagMutability?: string;
  imageScanningConfiguration?: { scanOnPush?: boolean };
  encryptionConfiguration?: { encryptionType: string; kmsKey?: string };
}

const show = (cell: Cell, name: string, repository: Repository): object => ({
  repositoryArn: arnOf(cell, name),
  registryId: cell.account,
  repositoryName: name,
  repositoryUri: `${hostOf(cell)}/${name}`,
  createdAt: new Date(repository.createdAt),
  imageTagMutability: repository.mutability,
  imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
  encryptionConfiguration: repository.encryption,
});

const noPolicy = (kind: 'Repository' | 'Lifecycle', name: string, { account }: Cell): AwsError =>
  new AwsError(
    `${kind}PolicyNotFoundException`,
    `${kind} policy does not exist for the repository with name '${name}' in the registry with id '${account}'`,
  );

function checkPolicy(text: string, member: string, key: string): void {
  try {
    if (Array.isArray((JSON.parse(text) as Record<string, unknown> | null)?.[key])) return;
  } catch {
    // Refused below, as every text that is no policy.
  }
  throw invalid(`Invalid parameter at '${member}' failed to satisfy constraint: 'Invalid repository policy provided'`);
}

function byArn(cell: Cell, arn: string): Repository {
  const name = /:repository\/(.+)$/.exec(arn)?.[1];
  if (name === undefined || arnOf(cell, name) !== arn)
    throw invalid("Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'");
  return need(cell, name);
}

const base = (cell: Cell, repositoryName: string): object => ({ registryId: cell.account, repositoryName });

const settings: Readonly<Record<string, Operation>> = {
  PutImageTagMutability(input: Named & { imageTagMutability: string }, { cell }) {
    need(cell, input.repositoryName).mutability = input.imageTagMutability;
    return { ...base(cell, input.repositoryName), imageTagMutability: input.imageTagMutability };
  },
  PutImageScanningConfiguration(input: Named & { imageScanningConfiguration: { scanOnPush?: boolean } }, { cell }) {
    const scanOnPush = input.imageScanningConfiguration.scanOnPush ?? false;
    need(cell, input.repositoryName).scanOnPush = scanOnPush;
    return { ...base(cell, input.repositoryName), imageScanningConfiguration: { scanOnPush } };
  },
};

const policies: Readonly<Record<string, Operation>> = {
  SetRepositoryPolicy(input: Named & { policyText: string }, { cell }) {
    const repository = need(cell, input.repositoryName);
    checkPolicy(input.policyText, 'PolicyText', 'Statement');
    repository.policy = input.policyText;
    return { ...base(cell, input.repositoryName), policyText: input.policyText };
  },
  GetRepositoryPolicy(input: Named, { cell }) {
    const { policy } = need(cell, input.repositoryName);
    if (policy === null) throw noPolicy('Repository', input.repositoryName, cell);
    return { ...base(cell, input.repositoryName), policyText: policy };
  },
  DeleteRepositoryPolicy(input: Named, { cell }) {
    const repository = need(cell, input.repositoryName);
    const { policy } = repository;
    if (policy === null) throw noPolicy('Repository', input.repositoryName, cell);
    repository.policy = null;
    return { ...base(cell, input.repositoryName), policyText: policy };
  },
  PutLifecyclePolicy(input: Named & { lifecyclePolicyText: string }, { cell }) {
    const repository = need(cell, input.repositoryName);
    checkPolicy(input.lifecyclePolicyText, 'LifecyclePolicyText', 'rules');
    repository.lifecyclePolicy = input.lifecyclePolicyText;
    return { ...base(cell, input.repositoryName), lifecyclePolicyText: input.lifecyclePolicyText };
  },
  GetLifecyclePolicy(input: Named, { cell }) {
    const { lifecyclePolicy } = need(cell, input.repositoryName);
    if (lifecyclePolicy === null) throw noPolicy('Lifecycle', input.repositoryName, cell);
    return { ...base(cell, input.repositoryName), lifecyclePolicyText: lifecyclePolicy };
  },
  DeleteLifecyclePolicy(input: Named, { cell }) {
    const repository = need(cell, input.repositoryName);
    const { lifecyclePolicy } = repository;
    if (lifecyclePolicy === null) throw noPolicy('Lifecycle', input.repositoryName, cell);
    repository.lifecyclePolicy = null;
    return { ...base(cell, input.repositoryName), lifecyclePolicyText: lifecyclePolicy };
  },
};

const tags: Readonly<Record<string, Operation>> = {
  TagResource(input: { resourceArn: string; tags: Tag[] }, { cell }) {
    const repository = byArn(cell, input.resourceArn);
    const all = { ...repository.tags, ...tagsOf(input.tags) };
    if (Object.keys(all).length > 50)
      throw new AwsError('TooManyTagsException', 'The maximum number of tags of a repository is 50.');
    repository.tags = all;
    return {};
  },
  UntagResource(input: { resourceArn: string; tagKeys: string[] }, { cell }) {
    untag(byArn(cell, input.resourceArn).tags, input.tagKeys);
    return {};
  },
  ListTagsForResource: (input: { resourceArn: string }, { cell }) => ({ tags: tagList(byArn(cell, input.resourceArn).tags) }),
};

export const repositoryOperations: Readonly<Record<string, Operation>> = {
  CreateRepository(input: CreateInput, { cell, now }) {
    const { repositories } = slice(cell);
    const name = input.repositoryName;
    if (entry(repositories, name))
      throw new AwsError(
        'RepositoryAlreadyExistsException',
        `The repository with name '${name}' already exists in the registry with id '${cell.account}'`,
      );
    const made: Repository = {
      createdAt: now,
      images: {},
      mutability: input.imageTagMutability ?? 'MUTABLE',
      scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      encryption: { encryptionType: 'AES256', ...input.encryptionConfiguration },
      lifecyclePolicy: null,
      policy: null,
      tags: tagsOf(input.tags),
    };
    repositories[name] = made;
    return { repository: show(cell, name, made) };
  },
  DescribeRepositories(input: { repositoryNames?: string[]; nextToken?: string; maxResults?: number }, { cell }) {
    const names = input.repositoryNames ?? Object.keys(slice(cell).repositories).sort();
    const { items, token } = page(names, input.nextToken, input.maxResults ?? 100, badToken);
    return { repositories: items.map((name) => show(cell, name, need(cell, name))), nextToken: token };
  },
  DeleteRepository(input: Named & { force?: boolean }, { cell }) {
    const name = input.repositoryName;
    const repository = need(cell, name);
    if (Object.keys(repository.images).length > 0 && !input.force)
      throw new AwsError(
        'RepositoryNotEmptyException',
        `The repository with name '${name}' in registry with id '${cell.account}' cannot be deleted because it still contains images`,
      );
    delete slice(cell).repositories[name];
    return { repository: show(cell, name, repository) };
  },
  GetAuthorizationToken(input: { registryIds?: string[] }, context) {
    const { cell, now } = context;
    const token = Buffer.from(`AWS:${context.id(64)}`).toString('base64');
    return {
      authorizationData: (input.registryIds ?? [cell.account]).map((account) => ({
        authorizationToken: token,
        expiresAt: new Date(now + 12 * 3_600_000),
        proxyEndpoint: `https://${account}.dkr.ecr.${cell.region}.amazonaws.com`,
      })),
    };
  },
  ...settings,
  ...policies,
  ...tags,
};
