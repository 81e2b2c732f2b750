// Asks the sandbox for every vector with the generated clients, and writes what they report, a JSON object a line.
// What a report holds, and how it is judged, is said in ../README.md.
import { readFileSync } from "node:fs";
import { connect, describe, signIn, type Images } from "./client.js";

interface Vector {
  name: string;
  image_id?: string;
  server?: string;
  regions?: string[];
  expect: unknown[];
}

const [sandbox = "", file = ""] = process.argv.slice(2);
const all: { regions: string[]; vectors: Vector[]; lists: Vector[] } = JSON.parse(readFileSync(file, "utf8"));
const { token, endpoints } = await signIn(`${sandbox}/identity/v2.0`, "demo", "sandbox-api-key");
const clients = new Map([...endpoints].map(([region, endpoint]) => [region, connect(endpoint, token)]));

function client(region: string): Images {
  const found = clients.get(region);
  if (!found) throw new Error(`the catalog has no region ${region}`);
  return found;
}

async function ask(images: Images, vector: Vector): Promise<object> {
  try {
    if (vector.image_id !== undefined) {
      const path = { image_id: vector.image_id };
      const { data, error, response } = await images.GET("/images/{image_id}", { params: { path } });
      return data ? { status: response.status, image: data.image } : fault(error, response);
    }
    const query = { server: vector.server ?? "" };
    const { data, error, response } = await images.GET("/images/detail", { params: { query } });
    return data ? { status: response.status, page: data } : fault(error, response);
  } catch (thrown) {
    return { error: String(thrown) };
  }
}

function fault(error: unknown, response: Response): object {
  const read = typeof error === "object" ? { fault: error } : {};
  return { status: response.status, ...read, retry_after: response.headers.get("Retry-After") };
}

console.log(await describe(client("DFW"), "e3d37ab2-8dc0-4000-b773-b15aad79ad0a"));
for (const vector of [...all.vectors, ...all.lists]) {
  for (const region of vector.regions ?? all.regions) {
    for (const _ of vector.expect) {
      console.log(JSON.stringify({ vector: vector.name, region, ...(await ask(client(region), vector)) }));
    }
  }
}
