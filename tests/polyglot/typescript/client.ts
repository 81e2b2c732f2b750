import createClient, { type Client } from "openapi-fetch";
import type { paths as IdentityPaths } from "./generated/identity.js";
import type { paths as ImagesPaths } from "./generated/images.js";

// --8<-- [start:authenticate]

export type Images = Client<ImagesPaths>;

/** Exchanges an API key for a token and the compute endpoint of each region. */
export async function signIn(authUrl: string, username: string, apiKey: string) {
  const identity = createClient<IdentityPaths>({ baseUrl: authUrl });
  const { data, response } = await identity.POST("/tokens", {
    body: { auth: { "RAX-KSKEY:apiKeyCredentials": { username, apiKey } } },
  });
  if (!data) throw new Error(`sign-in: ${response.status}`);
  const services = data.access.serviceCatalog ?? [];
  const compute = services.find((service) => service.name === "cloudServersOpenStack");
  const endpoints = new Map<string, string>();
  for (const { region, publicURL } of compute?.endpoints ?? []) {
    if (region && publicURL) endpoints.set(region, publicURL);
  }
  return { token: data.access.token.id, endpoints };
}

/** A client for one region's compute endpoint. */
export function connect(endpoint: string, token: string): Images {
  return createClient<ImagesPaths>({
    baseUrl: endpoint,
    headers: { "X-Auth-Token": token },
    // A redirect would take the token to a host that nobody named.
    redirect: "manual",
  });
}

// --8<-- [end:authenticate]
// --8<-- [start:get]

/** Gets an image and says in a line what it is. */
export async function describe(images: Images, id: string): Promise<string> {
  const { data, error, response } = await images.GET("/images/{image_id}", {
    params: { path: { image_id: id } },
  });
  if (data) {
    const { name, status, "OS-EXT-IMG-SIZE:size": size } = data.image;
    return `${name} ${status} ${size}`;
  }
  if (response.status === 429) {
    throw new Error(`too many requests: again in ${response.headers.get("Retry-After")} s`);
  }
  // `error` is the union of all documented faults, or a text where the answer was no JSON.
  throw new Error(`${response.status}: ${JSON.stringify(error)}`);
}

// --8<-- [end:get]
