// Calls Vertex AI and Entra with the official Node clients, once for each case named on the command line.
//
// One JSON line per case goes to stdout: the answer, which names the caller. Nothing of a token is ever printed: only its
// SHA-256 and the claims that say whose it is. No case knows how the credentials come about: that is what is tested.
// It is a CommonJS program because NODE_PATH, with which the tests say where the clients are, counts only there.
'use strict';

const { createHash } = require('node:crypto');

const prompt = 'Summarize this report in 5 bullet points';
const env = process.env;
const project = env.GOOGLE_CLOUD_PROJECT;
const location = env.GOOGLE_CLOUD_LOCATION || 'us-central1';
const baseUrl = env.GOOGLE_VERTEX_BASE_URL || `https://${location}-aiplatform.googleapis.com`;

// google-auth-library alone: default credentials and its own HTTP client.
async function auth() {
  const { GoogleAuth } = require('google-auth-library');
  const client = await new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' }).getClient();
  const url = `${baseUrl}/v1/projects/${project}/locations/${location}/endpoints/${env.LB_ENDPOINT_ID}:predict`;
  const answer = await client.request({ url, method: 'POST', data: { instances: [{ content: prompt }] } });
  return JSON.stringify(answer.data);
}

// @google/genai, whole and streamed.
async function genai() {
  const { GoogleGenAI } = require('@google/genai');
  const httpOptions = env.GOOGLE_VERTEX_BASE_URL ? { baseUrl } : undefined;
  const models = new GoogleGenAI({ vertexai: true, project, location, httpOptions }).models;
  const request = { model: env.LB_MODEL, contents: prompt };
  const whole = (await models.generateContent(request)).text;
  let streamed = '';
  for await (const chunk of await models.generateContentStream(request)) streamed += chunk.text ?? '';
  if (streamed !== whole) throw new Error(`streamed answer ${streamed} is not the whole answer ${whole}`);
  return whole;
}

// What a test may know of an Azure token: its hash and its claims.
function describe(token) {
  const { iss, aud, sub, oid, appid, azp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  const name = 'sha256:' + createHash('sha256').update(token).digest('hex').slice(0, 16);
  return JSON.stringify({ token: name, iss, aud, sub, oid, appid, azp });
}

// WorkloadIdentityCredential from the AZURE_* variables alone.
async function azureWorkload() {
  const { WorkloadIdentityCredential } = require('@azure/identity');
  const credential = new WorkloadIdentityCredential({ disableInstanceDiscovery: true });
  return describe((await credential.getToken(env.LB_AZURE_SCOPE)).token);
}

// ManagedIdentityCredential from the variables of the host alone.
async function azureManaged() {
  const { ManagedIdentityCredential } = require('@azure/identity');
  const credential = new ManagedIdentityCredential(env.AZURE_CLIENT_ID ? { clientId: env.AZURE_CLIENT_ID } : {});
  return describe((await credential.getToken(env.LB_AZURE_SCOPE)).token);
}

const cases = { auth, genai, 'azure-workload': azureWorkload, 'azure-managed': azureManaged };

(async () => {
  for (const name of process.argv.slice(2)) {
    console.log(JSON.stringify({ case: name, answer: await cases[name]() }));
  }
})().catch((err) => {
  console.error(err.message); // never the error itself: it carries the request with its headers
  process.exitCode = 1;
});
