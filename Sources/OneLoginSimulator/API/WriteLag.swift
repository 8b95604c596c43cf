import Timekeeping

/// What reads see for a while after a call has changed something: the tenant as it was before.
struct WriteLag: Sendable {
    private let delay: TimeSpan
    /// The tenant before each change that is not visible yet, oldest first.
    private var hidden: [(before: Tenant, until: Timestamp)] = []

    init(_ delay: TimeSpan) { self.delay = delay }

    /// Notes that a call changed the tenant.
    mutating func note(_ before: Tenant, at moment: Timestamp) {
        if delay > .zero { hidden.append((before, moment + delay)) }
    }

    /// The tenant that a read sees; nil for the one that is.
    mutating func shown(at moment: Timestamp) -> Tenant? {
        hidden.removeAll { $0.until <= moment }
        return hidden.first?.before
    }
}
