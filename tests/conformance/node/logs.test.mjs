// What npm's @kubernetes/client-node reads of a pod's logs. Run by test_foreign_logs.py on the simulator;
// KUBECONFIG names the server and, in its context, the namespace; POD a pod that runs there.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const namespace = config.getContextObject(config.getCurrentContext()).namespace;
const core = config.makeApiClient(k8s.CoreV1Api);
const name = process.env.POD;

test('logs are read, whole and their end', async () => {
  const whole = await core.readNamespacedPodLog({ namespace, name });
  const end = await core.readNamespacedPodLog({ namespace, name, container: 'c', tailLines: 2, timestamps: true });

  const lines = end.trimEnd().split('\n');
  assert.ok(whole.trimEnd().split('\n').length >= 2);
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*Z /);
});

test('logs are followed', async () => {
  const stream = new PassThrough();
  // Until so many bytes: the client has no way to stop without an error that nobody can catch.
  await new k8s.Log(config).log(namespace, name, 'c', stream, { follow: true, limitBytes: 100 });
  const chunks = await Array.fromAsync(stream);
  assert.equal(Buffer.concat(chunks).length, 100);
});

test('logs of a container that is not there are refused', async () => {
  const asked = core.readNamespacedPodLog({ namespace, name, container: 'other' });
  await assert.rejects(asked, (error) => error.code === 400 && String(error.body).includes('other'));
});
