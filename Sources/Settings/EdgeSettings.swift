public import HTTPTransport

/// How OneLogin's event broadcaster proves that it is the one who sends.
public struct EventWebhookSettings: Hashable, Sendable {
    /// The header that carries the token; OneLogin has no signature.
    public var header = "Authorization"
    /// nil only where secrets were not asked for.
    public var token: Secret?
    /// Posts a minute that are taken; OneLogin sends one at ten events or every ten seconds.
    public var postsPerMinute = 600

    public init() {}
}

/// What may be changed in the account, and by which credential.
public struct ActionSettings: Hashable, Sendable {
    /// Nothing is done before this is true.
    public var isOn = false
    /// A credential of its own, with `Manage All`; nil where secrets were not asked for, or it is off.
    public var clientID: String?
    public var clientSecret: Secret?
    /// The kinds that may be done, such as `suspend`; nil for all.
    public var allowed: [String]?
    /// How many are done in an hour at most.
    public var perHour = 10
    /// User names, e-mail addresses or ids that nothing is done to: break-glass accounts.
    public var never: [String] = []

    public init() {}
}
