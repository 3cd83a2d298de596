import { join } from 'node:path'

export interface ClusterPlan {
  /** Everything of this cluster's. */
  directory: string
  /** Of the cluster and of its only disk. */
  uuid: string
  monitorPort: number
  gatewayPort: number
  /** How many objects a page of a listing has. */
  pageObjects: number
}

/**
 * A ceph.conf for one monitor, one disk in memory and one gateway, that trust each other and nobody else can reach.
 * Nothing is kept in more than one copy, and what is deleted is gone soon.
 */
export function settingsOf({ directory, uuid, monitorPort, gatewayPort, pageObjects }: ClusterPlan): string {
  return render({
    global: {
      fsid: uuid,
      mon_initial_members: 'a',
      mon_host: `[v2:127.0.0.1:${monitorPort}/0]`,
      public_addr: '127.0.0.1',
      cluster_addr: '127.0.0.1',
      auth_cluster_required: 'none',
      auth_service_required: 'none',
      auth_client_required: 'none',
      // The gateway asks for encryption, for which nobody has a key here.
      ms_mon_client_mode: 'crc',
      run_dir: directory,
      log_file: join(directory, '$name.log'),
      // A path that is not used has no limit of 107 bytes to keep.
      admin_socket: '',
      // A monitor waits for more changes before it makes one; here nobody else makes any.
      paxos_propose_interval: 0.01,
      paxos_min_wait: 0.001,
      osd_pool_default_size: 1,
      osd_pool_default_min_size: 1,
      osd_pool_default_pg_num: 4,
      osd_pool_default_pgp_num: 4,
      osd_pool_default_pg_autoscale_mode: 'off',
      osd_crush_chooseleaf_type: 0,
      mon_max_pg_per_osd: 1000,
      mon_allow_pool_size_one: true,
      mon_warn_on_pool_no_redundancy: false,
    },
    'mon.a': { mon_data: join(directory, 'monitor') },
    'osd.0': {
      osd_data: join(directory, 'disk'),
      osd_objectstore: 'memstore',
      memstore_device_bytes: 32 * 2 ** 30,
      osd_class_load_list: '*',
      osd_class_default_list: '*',
    },
    'client.rgw': {
      rgw_frontends: `beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1`,
      rgw_data: join(directory, 'gateway'),
      rgw_max_listing_results: pageObjects,
      // Over http, which never leaves this machine, it would refuse to encrypt.
      rgw_crypt_require_ssl: false,
      rgw_enable_usage_log: false,
      rgw_enable_ops_log: false,
      rgw_gc_obj_min_wait: 1,
      rgw_gc_processor_period: 2,
      rgw_thread_pool_size: 64,
    },
  })
}

function render(
  sections: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>,
): string {
  return Object.entries(sections)
    .map(([name, settings]) => {
      const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`)
      return `[${name}]\n${lines.join('')}`
    })
    .join('')
}
