// Rules that keep a document such that every generator reads it: nothing that OpenAPI 3.0 could not say too, no
// closed sets, and nothing that a generator of `nox -s polyglot` is known to stumble over.

const SCHEMA_KEYWORDS = new Set([
  "$ref", "type", "format", "pattern", "minimum", "maximum", "items", "properties", "required",
  "additionalProperties", "description", "example", "x-evidence", "x-extensible-enum",
]);

const types = (schema) => [schema.type ?? []].flat();

// A closed `enum` or `anyOf` makes some clients fail on a word that is new; the rest is beyond 3.0, or unused here.
function keywords() {
  return {
    Schema(schema, { report, location }) {
      for (const keyword of Object.keys(schema)) {
        if (!SCHEMA_KEYWORDS.has(keyword)) {
          report({
            message: `\`${keyword}\` is not read alike by all generators. Known words stand in \`x-extensible-enum\`.`,
            location: location.child([keyword]).key(),
          });
        }
      }
    },
    ref(node, { report, location }) {
      if (Object.keys(node).length > 1) {
        report({ message: "3.0 ignores what stands beside `$ref`.", location });
      }
    },
  };
}

function typesOf() {
  return {
    Schema(schema, { report, location }) {
      if (types(schema).filter((type) => type !== "null").length > 1) {
        report({ message: "A type is one word, or one word and `'null'`.", location: location.child("type") });
      }
    },
  };
}

function openObjects() {
  return {
    Schema(schema, { report, location }) {
      if (types(schema).includes("object") && schema.additionalProperties !== true) {
        report({ message: "An object says `additionalProperties: true`: else generated Go drops what it does not know.", location });
      }
    },
  };
}

function knownWords() {
  return {
    Schema(schema, { report, location }) {
      for (const word of schema["x-extensible-enum"] ?? []) {
        if (!schema.description?.includes(`\`${word}\``)) {
          report({ message: `The description does not say what \`${word}\` means.`, location: location.child("x-extensible-enum") });
        }
      }
    },
  };
}

// Go's generator makes a type of each, and cannot tell them apart.
function names() {
  return {
    Components(components, { report, location }) {
      const schemas = new Set(Object.keys(components.schemas ?? {}).map((name) => name.toLowerCase()));
      for (const kind of ["responses", "parameters", "requestBodies"]) {
        for (const name of Object.keys(components[kind] ?? {})) {
          if (schemas.has(name.toLowerCase())) {
            report({ message: `\`${name}\` is the name of a schema too.`, location: location.child([kind, name]).key() });
          }
        }
      }
    },
  };
}

// A document that is shared has no place that a relative link could start from; Rust's generator refuses them.
function absoluteUrls() {
  const check = (node, { report, location }) => {
    if (node.url !== undefined && !/^https:/.test(node.url)) {
      report({ message: "A link is absolute.", location: location.child("url") });
    }
  };
  return { ExternalDocs: check, License: check, Contact: check };
}

function saidIn30() {
  const without = (...members) => (node, { report, location }) => {
    for (const member of members) {
      if (member in node) {
        report({ message: `3.0 has no \`${member}\` here.`, location: location.child([member]).key() });
      }
    }
  };
  return {
    Root: without("webhooks", "jsonSchemaDialect"),
    Info: without("summary"),
    License: without("identifier"),
    Components: without("pathItems"),
  };
}

export default function portable() {
  return {
    id: "portable",
    rules: {
      oas3: {
        keywords,
        types: typesOf,
        "open-objects": openObjects,
        "known-words": knownWords,
        names,
        "absolute-urls": absoluteUrls,
        "said-in-3.0": saidIn30,
      },
    },
  };
}
