/** OpenID Connect providers: whose tokens AssumeRoleWithWebIdentity takes. */
import { AwsError, type CallContext, type Operation } from '../../service.js';
import {
  alreadyExists,
  limitExceeded,
  noSuchEntity,
  paged,
  sliceOf,
  withTags,
  withoutTags,
  type OidcProvider,
  type Paged,
  type Tag,
} from './state.js';

type Arn = { OpenIDConnectProviderArn: string };
const CLIENTS_MOST = 100;

function need(context: CallContext, arn: string): OidcProvider {
  const { oidcProviders } = sliceOf(context);
  if (!Object.hasOwn(oidcProviders, arn)) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return oidcProviders[arn]!;
}

/** AWS takes https without a port. An issuer on this machine may be plain http, so that one can be tried. */
function issuerOf(text: string): URL {
  const invalid = new AwsError('ValidationError', 'Invalid Open ID Connect Provider URL');
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid;
  }
  const local = ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (!local && (url.protocol !== 'https:' || url.port !== '')) throw invalid;
  if (!/^https?:$/.test(url.protocol) || url.search || url.hash) throw invalid;
  return url;
}

export const oidcProviderOperations: Readonly<Record<string, Operation>> = {
  CreateOpenIDConnectProvider(input: { Url: string; ClientIDList?: string[]; ThumbprintList?: string[]; Tags?: Tag[] }, context) {
    const issuer = issuerOf(input.Url).href.replace(/\/$/, '');
    const url = issuer.replace(/^https?:\/\//, '');
    const arn = `arn:aws:iam::${context.account}:oidc-provider/${url}`;
    const { oidcProviders } = sliceOf(context);
    if (Object.hasOwn(oidcProviders, arn)) throw alreadyExists(`Provider with url ${input.Url} already exists.`);
    oidcProviders[arn] = {
      arn,
      url,
      issuer,
      clientIds: [...new Set(input.ClientIDList ?? [])],
      thumbprints: input.ThumbprintList ?? [],
      createdAt: context.now,
      tags: withTags([], input.Tags ?? []),
    };
    return { OpenIDConnectProviderArn: arn, Tags: input.Tags ?? [] };
  },
  GetOpenIDConnectProvider({ OpenIDConnectProviderArn }: Arn, context) {
    const { url, clientIds, thumbprints, createdAt, tags } = need(context, OpenIDConnectProviderArn);
    return { Url: url, ClientIDList: clientIds, ThumbprintList: thumbprints, CreateDate: new Date(createdAt), Tags: tags };
  },
  ListOpenIDConnectProviders: (_input, context) => ({
    OpenIDConnectProviderList: Object.keys(sliceOf(context).oidcProviders)
      .sort()
      .map((Arn) => ({ Arn })),
  }),
  DeleteOpenIDConnectProvider({ OpenIDConnectProviderArn }: Arn, context) {
    need(context, OpenIDConnectProviderArn);
    delete sliceOf(context).oidcProviders[OpenIDConnectProviderArn];
    return {};
  },
  UpdateOpenIDConnectProviderThumbprint(input: Arn & { ThumbprintList: string[] }, context) {
    need(context, input.OpenIDConnectProviderArn).thumbprints = input.ThumbprintList;
    return {};
  },
  AddClientIDToOpenIDConnectProvider(input: Arn & { ClientID: string }, context) {
    const { clientIds } = need(context, input.OpenIDConnectProviderArn);
    if (clientIds.includes(input.ClientID)) return {};
    if (clientIds.length >= CLIENTS_MOST)
      throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${CLIENTS_MOST}`);
    clientIds.push(input.ClientID);
    return {};
  },
  RemoveClientIDFromOpenIDConnectProvider(input: Arn & { ClientID: string }, context) {
    const provider = need(context, input.OpenIDConnectProviderArn);
    provider.clientIds = provider.clientIds.filter((id) => id !== input.ClientID);
    return {};
  },
  TagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags }: Arn & { Tags: Tag[] }, context) {
    const provider = need(context, OpenIDConnectProviderArn);
    provider.tags = withTags(provider.tags, Tags);
    return {};
  },
  UntagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys }: Arn & { TagKeys: string[] }, context) {
    const provider = need(context, OpenIDConnectProviderArn);
    provider.tags = withoutTags(provider.tags, TagKeys);
    return {};
  },
  ListOpenIDConnectProviderTags(input: Arn & Paged, context) {
    const { items, ...rest } = paged(need(context, input.OpenIDConnectProviderArn).tags, input);
    return { Tags: items, ...rest };
  },
};
