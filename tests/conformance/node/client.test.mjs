// npm's @kubernetes/client-node, a client nobody here wrote. Run by test_node_client.py on each API server;
// KUBECONFIG names the server and, in its context, a namespace for these tests alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';

const config = new k8s.KubeConfig();
config.loadFromDefault();
const namespace = config.getContextObject(config.getCurrentContext()).namespace;
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const own = 'own=yes';

const configMap = (name, data = {}) => ({ metadata: { name, labels: { own: 'yes' } }, data });
const create = (body) => core.createNamespacedConfigMap({ namespace, body });
const read = (name) => core.readNamespacedConfigMap({ namespace, name });
const remove = (name) => core.deleteNamespacedConfigMap({ namespace, name });
const as = (strategy) => k8s.setHeaderOptions('Content-Type', strategy);
const patch = (name, body, strategy) =>
  core.patchNamespacedConfigMap({ namespace, name, body }, as(strategy));
const status = (code, part) => (error) => error.code === code && JSON.stringify(error.body).includes(part);

/** Returns once it is so; fails when it is not within 20 s. */
async function until(condition) {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'it did not happen within 20 s');
    await setTimeout(10);
  }
}

/** A client like the administrator's, with another token. */
function loggedIn(token, api) {
  const other = new k8s.KubeConfig();
  const user = { name: 'other', token };
  other.loadFromClusterAndUser(config.getCurrentCluster(), user);
  return other.makeApiClient(api);
}

/** What a watch tells from a version on, until it has told so much. */
async function told(path, resourceVersion, count) {
  const events = [];
  let done;
  const ended = new Promise((resolve) => { done = resolve; });
  const query = { resourceVersion, labelSelector: own, timeoutSeconds: 20 };
  const hear = (type, object) => {
    events.push([type, object.metadata?.name ?? object.code, object.metadata?.resourceVersion]);
    if (events.length === count) done();
  };
  const controller = await new k8s.Watch(config).watch(path, query, hear, done);
  await ended;
  controller.abort();
  return events.slice(0, count);
}

const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
const listOwn = () => core.listNamespacedConfigMap({ namespace, labelSelector: own });

test('objects are created, read, replaced and deleted', async () => {
  const made = await create(configMap('a', { x: '1' }));
  const replaced = await core.replaceNamespacedConfigMap({
    namespace, name: 'a', body: { ...made, data: { x: '1', y: '2' } },
  });

  await assert.rejects(
    core.replaceNamespacedConfigMap({ namespace, name: 'a', body: made }),
    status(409, 'the object has been modified'),
  );
  await assert.rejects(create(configMap('a')), status(409, 'already exists'));
  assert.ok(made.metadata.creationTimestamp instanceof Date);
  assert.deepEqual(replaced.data, { x: '1', y: '2' });
  assert.equal((await remove('a')).status, 'Success');
  await assert.rejects(read('a'), status(404, 'configmaps \\\\\\"a\\\\\\" not found'));
});

test('a list comes in pages', async () => {
  for (const name of 'abcde') await create(configMap(name));
  const first = await core.listNamespacedConfigMap({ namespace, limit: 2 });
  const rest = await core.listNamespacedConfigMap({ namespace, _continue: first.metadata._continue });
  const names = [...first.items, ...rest.items].map((item) => item.metadata.name);

  assert.deepEqual(names.filter((name) => name !== 'kube-root-ca.crt'), [...'abcde']);
  assert.equal(first.items.length, 2);
  assert.equal(first.metadata.remainingItemCount, names.length - 2);
  assert.equal(first.metadata.resourceVersion, rest.metadata.resourceVersion);
  for (const name of 'abcde') await remove(name);
});

test('every kind of patch does what it says', async () => {
  const labels = { app: 'web' };
  const containers = [{ name: 'web', image: 'nginx:1' }];
  await apps.createNamespacedDeployment({
    namespace,
    body: {
      metadata: { name: 'web' },
      spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    },
  });
  const more = { spec: { template: { spec: { containers: [{ name: 'log', image: 'fluent:1' }] } } } };
  const changed = async (body, strategy) => {
    const found = await apps.patchNamespacedDeployment({ namespace, name: 'web', body }, as(strategy));
    return found.spec.template.spec.containers.map((each) => each.name);
  };

  assert.deepEqual(await changed(more, k8s.PatchStrategy.StrategicMergePatch), ['log', 'web']);
  const path = '/spec/template/spec/containers/0';
  assert.deepEqual(await changed([{ op: 'remove', path }], k8s.PatchStrategy.JsonPatch), ['web']);
  assert.deepEqual(await changed(more, k8s.PatchStrategy.MergePatch), ['log']);
});

test('server-side apply minds who owns what', async () => {
  const body = (x) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { x } });
  const apply = (x, fieldManager, force) => core.patchNamespacedConfigMap(
    { namespace, name: 'applied', body: body(x), fieldManager, force },
    as(k8s.PatchStrategy.ServerSideApply),
  );

  await apply('1', 'one');
  await assert.rejects(apply('2', 'two'), status(409, 'conflict with'));
  assert.equal((await apply('2', 'two', true)).data.x, '2');
});

test('a watch goes on where a list ended and where it was left', async () => {
  await create(configMap('a'));
  const listed = await listOwn();
  await create(configMap('b'));
  await patch('a', { data: { x: '1' } }, k8s.PatchStrategy.MergePatch);
  await remove('a');

  const first = await told(configMaps, listed.metadata.resourceVersion, 2);
  const rest = await told(configMaps, first[1][2], 1);

  assert.deepEqual(first.map(([type, name]) => [type, name]), [['ADDED', 'b'], ['MODIFIED', 'a']]);
  assert.deepEqual(rest.map(([type, name]) => [type, name]), [['DELETED', 'a']]);
  await remove('b');
});

test('an informer follows what happens', async () => {
  await create(configMap('a'));
  const informer = k8s.makeInformer(config, configMaps, listOwn, own);
  const heard = [];
  const failures = [];
  const hears = (...expected) => until(() => failures.length > 0 || heard.length >= expected.length)
    .then(() => assert.deepEqual([heard.splice(0), failures], [expected, []]));
  informer.on('error', (error) => failures.push(error));
  for (const kind of ['add', 'update', 'delete']) {
    informer.on(kind, (object) => heard.push(`${kind} ${object.metadata.name}`));
  }

  await informer.start();
  try {
    await hears('add a');
    await create(configMap('b'));
    await hears('add b');
    await patch('a', { data: { x: '1' } }, k8s.PatchStrategy.MergePatch);
    await hears('update a');
    await remove('b');
    await hears('delete b');
    assert.deepEqual(informer.list().map((each) => each.metadata.name), ['a']);
  } finally {
    await informer.stop();
  }
  await remove('a');
});

test('a defined kind is served like any other', async () => {
  const group = `${namespace}.example.org`;
  const name = `widgets.${group}`;
  const definitions = config.makeApiClient(k8s.ApiextensionsV1Api);
  const custom = config.makeApiClient(k8s.CustomObjectsApi);
  const objects = k8s.KubernetesObjectApi.makeApiClient(config);
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 1 } } } },
  };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } };
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
  await definitions.createCustomResourceDefinition({
    body: { metadata: { name }, spec: { group, scope: 'Namespaced', names, versions: [version] } },
  });
  try {
    const established = (found) => found.status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True');
    await until(async () => established(await definitions.readCustomResourceDefinition({ name })));
    const place = { group, version: 'v1', namespace, plural: 'widgets' };
    const body = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w', namespace }, spec: { size: 1 } };
    const resize = (size) => custom.patchNamespacedCustomObject(
      { ...place, name: 'w', body: { spec: { size } } },
      as(k8s.PatchStrategy.MergePatch),
    );

    assert.equal((await objects.create(body)).metadata.generation, 1);
    await resize(2);
    await assert.rejects(resize(0), status(422, 'should be greater than or equal to 1'));
    const listed = await custom.listNamespacedCustomObject(place);
    assert.deepEqual(listed.items.map((item) => item.spec), [{ size: 2 }]);
    await objects.delete(body);
    await assert.rejects(objects.read(body), (error) => error.code === 404);
  } finally {
    await definitions.deleteCustomResourceDefinition({ name });
  }
});

test('a requested token may do what its account may', async () => {
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'robot' } } });
  const granted = await core.createNamespacedServiceAccountToken({
    namespace, name: 'robot', body: { spec: { audiences: [], expirationSeconds: 600 } },
  });
  const robot = loggedIn(granted.status.token, k8s.CoreV1Api);
  const review = await config.makeApiClient(k8s.AuthenticationV1Api).createTokenReview({
    body: { spec: { token: granted.status.token } },
  });

  assert.equal(review.status.user.username, `system:serviceaccount:${namespace}:robot`);
  await assert.rejects(
    robot.listNamespacedSecret({ namespace }),
    status(403, `system:serviceaccount:${namespace}:robot`),
  );
});

test('whoever is unknown is turned away', async () => {
  await assert.rejects(loggedIn('wrong', k8s.CoreV1Api).listNamespace(), { code: 401 });
});

test('what the server is can be asked', async () => {
  const version = await config.makeApiClient(k8s.VersionApi).getCode();

  assert.equal(`${version.major}.${version.minor.replace('+', '')}`, process.env.MINOR_VERSION);
});
