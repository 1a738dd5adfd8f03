extension MeshConfiguration {
    /// Resources of all kinds.
    public var resourceCount: Int {
        listeners.count + tenants.count + channels.count + services.count + routes.count + webhooks.count
    }
}
