/// The design's examples of this version's kinds, as written there, in one file.
enum Example {
    static let mesh = """
        kind: Listener
        name: front
        spec: { role: edge, address: 127.0.0.1:18080 }
        ---
        kind: Service
        name: backend
        spec: { protocol: http1, endpoints: [ { address: 127.0.0.1:19090 } ] }
        ---
        kind: Route
        name: everything
        spec: { access: public, matches: [ { path: { prefix: / } } ], backends: [ { service: backend } ] }
        ---
        kind: Tenant
        name: acme
        spec: { hosts: [ acme.example.test ] }
        ---
        kind: Channel
        tenant: acme
        name: wa-main
        spec: { provider: whatsapp, phoneNumberId: "106540352242922", businessAccountId: "102290129340398", webhook: meta }
        ---
        kind: Webhook
        name: meta
        spec: { provider: whatsapp, secrets: [ { value: app-secret } ], verifyToken: { value: verify-me } }
        ---
        kind: Route
        name: whatsapp
        spec: { access: webhook, matches: [ { path: { exact: /webhooks/whatsapp }, methods: [ GET, POST ] } ], webhook: meta, backends: [ { service: backend } ] }
        ---
        kind: Listener
        name: inbound
        spec:
          role: inbound
          address: 127.0.0.1:15106
          service: backend
          application: { address: 127.0.0.1:8080, protocol: http1 }
          tls: { certificate: { file: cert.pem }, key: { file: key.pem }, clientCertificate: { authority: { file: ca.pem }, required: true } }
          tenantFrom: [ spiffe://mesh.test/service/edge ]      # who may assert x-outrigger-tenant here

        """

    /// A Genesys channel and a service with TLS, as the design spells them.
    static let rest = """
        ---
        kind: Service
        name: portal
        labels: { team: desk }
        spec:
          endpoints: [ { address: "[fd00::7]:8443", weight: 3 }, { address: unix:/run/portal.sock } ]
          balancing: roundRobin
          connectTimeout: 250ms
          pool: { idleTimeout: 5s, maxIdle: 8 }
          tls: { authority: { file: ca.pem }, certificate: { file: c.pem }, key: { file: k.pem }, peer: spiffe://mesh.test/service/portal }
        ---
        kind: Channel
        tenant: acme
        name: desk
        spec: { provider: genesys, integrationId: 1f9a, webhook: genesys, verify: { secrets: [ { value: s3cret-of-desk }, { env: DESK } ] } }
        ---
        kind: Webhook
        name: genesys
        spec: { provider: genesys, channelFrom: path.channel }
        ---
        kind: Route
        name: genesys
        spec:
          access: webhook
          listeners: [ front ]
          matches:
            - path: { template: "/webhooks/genesys/{channel}" }
              methods: [ POST ]
              headers: [ { name: content-type, prefix: application/json } ]
              query: [ { name: v, exact: "1" }, { name: debug, present: true } ]
          webhook: genesys
          backends: [ { service: backend, weight: 9 }, { service: portal } ]
          order: 10
          timeouts: { request: 5s, idle: 30s }
          requestHeaders: { set: { host: desk.internal, x-a: "1" }, remove: [ x-b ] }
          responseHeaders: { add: { x-served-by: mesh } }
          maxBodyBytes: 64KiB
        ---
        kind: Listener
        name: logged
        spec:
          role: edge
          address: 127.0.0.1:18081
          accessLog: { path: /var/log/logged.json, sample: 0.25%, when: [ errors, 4xx, { slow: 500ms } ] }
        ---
        kind: Route
        name: told
        spec: { access: public, hosts: [ told.test ], tracing: { errors: always }, backends: [ { service: portal } ] }
        ---
        kind: Route
        tenant: acme
        name: own
        spec: { access: [ spiffe://mesh.test/service/portal ], backends: [ { service: backend } ] }
        ---
        kind: Listener
        name: traced
        spec: { role: edge, address: 127.0.0.1:18082, tracing: { sample: 0.5%, accept: any, propagate: [ w3c, b3, b3multi ] } }

        """
}
