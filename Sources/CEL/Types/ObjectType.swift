/// A record whose fields are read from a row of slots.
public struct ObjectType: Hashable, Sendable {
    /// One field: its name, its type and the slot that holds it.
    public struct Field: Hashable, Sendable {
        public let name: String
        /// The type when there is a value; `isNullable` says whether there may be none.
        public let type: CELType
        public let isNullable: Bool
        /// The index into a row of this type.
        public let slot: Int
        /// One line for suggestions and the page of fields.
        public let doc: String
        /// The slot holds JSON text, which is parsed when an expression reads it; the type is `dyn`.
        public let isJSONText: Bool

        public init(
            name: String, type: CELType, isNullable: Bool = false, slot: Int, doc: String = "",
            isJSONText: Bool = false
        ) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
            self.slot = slot
            self.doc = doc
            self.isJSONText = isJSONText
        }

        /// The type that the checker works with: nullable fields are `T or null`.
        public var checkedType: CELType {
            guard isNullable, type != .dyn else { return type }
            if case .object = type { return type }
            return .wrapper(type)
        }
    }

    public let name: String
    /// In the order that suggestions and pages show.
    public let fields: [Field]
    private let places: [String: Int]

    /// A record type.
    ///
    /// - Parameter fields: With names that differ.
    public init(name: String, fields: [Field]) {
        self.name = name
        self.fields = fields
        places = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The field of that name, nil when there is none.
    public func field(_ name: String) -> Field? { places[name].map { fields[$0] } }

    /// How many slots a row of this type has.
    public var slotCount: Int { (fields.map(\.slot).max() ?? -1) + 1 }
}
