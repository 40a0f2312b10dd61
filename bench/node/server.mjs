// The same assets, served by @neo4j/graphql: parents as a relationship, to be nested, and lineage as
// a field with a Cypher statement for each number of hops. It tells its port, and ends with whoever
// started it.
import { createServer } from "node:http";
import { Neo4jGraphQL } from "@neo4j/graphql";
import { createYoga } from "graphql-yoga";
import neo4j from "neo4j-driver";

const { NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD, RELATION, KINDS, HOPS } = process.env;

const lineage = (hops) => `
    lineage${hops}: [Asset!]! @cypher(
      statement: "MATCH (this)-[:${KINDS}*0..${hops}]->(b:Asset) RETURN DISTINCT b"
      columnName: "b"
    )`;

const typeDefs = `#graphql
  type Asset @node {
    id: ID!
    workspace: ID!
    mediaType: String!
    name: String
    description: String
    prompt: String
    negativePrompt: String
    seed: String
    model: String
    operation: String
    provider: String
    providerAssetId: String
    remoteUrl: String
    mime: String
    size: Int
    width: Int
    height: Int
    duration: Float
    frameRate: Float
    sha256: String
    mediaState: String
    mediaProblem: String
    tags: [String!]
    createdBy: ID!
    parents: [Asset!]! @relationship(type: "${RELATION}", direction: OUT, properties: "Edge")
    ${HOPS.split(",").map(lineage).join("")}
  }

  type Edge @relationshipProperties {
    kind: String!
    operation: String
    sequence: Int
    evidence: String
    parentStart: Float
    parentEnd: Float
    parentFrame: Int
    prompt: String
    duration: Float
  }
`;

const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic(NEO4J_USER, NEO4J_PASSWORD));
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
const yoga = createYoga({ schema, logging: false, maskedErrors: false });
const server = createServer(yoga);
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
