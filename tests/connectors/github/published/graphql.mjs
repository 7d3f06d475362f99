// Holds GraphQL exchanges, one JSON document a line on stdin, to GitHub's published schema; prints what is wrong.
// An answer is given to the schema's own executor as the data behind it: what comes out must be what went in.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { buildSchema, graphql, parse, validate } from "graphql";

const published = new URL("node_modules/@octokit/graphql-schema/schema.graphql", import.meta.url);
const schema = buildSchema(readFileSync(published, "utf8"), { assumeValid: true });
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { query, variables, data } = JSON.parse(line);
  const wrong = validate(schema, parse(query)).map((error) => `the query: ${error.message}`);
  if (!wrong.length && data) {
    const typeResolver = (value) => value.__typename ?? "User";
    const done = await graphql({ schema, source: query, rootValue: data, variableValues: variables, typeResolver });
    wrong.push(...(done.errors ?? []).map((error) => `the answer: ${error.message} at ${error.path}`));
    if (!wrong.length && !isDeepStrictEqual(JSON.parse(JSON.stringify(done.data)), data))
      wrong.push(`the answer has more than was asked for: ${JSON.stringify(data).slice(0, 500)}`);
  }
  for (const each of wrong) console.log(each);
}
