/// Turns the numbers in series into names when metrics are rendered. Called on the admin thread.
public protocol SeriesNames {
    /// Nil for a number without a name; it is then written as `#` and the number.
    func serviceName(_ id: UInt32) -> OpenName?
    /// Unique among all routes: a tenant's route is qualified by whoever gives the name.
    func routeName(_ id: UInt32) -> OpenName?
    func tenantName(_ id: UInt32) -> OpenName?
}
