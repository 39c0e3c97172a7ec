/** Registering: the form, then the token and how the preparation goes. */
import { useState } from "react";

import { Registered } from "./registered";
import { RegisterForm } from "./register-form";

export default function RegisterPage() {
  const [made, setMade] = useState<{ email: string; token: string } | undefined>();
  return made === undefined ? <RegisterForm onRegistered={setMade} /> : <Registered {...made} />;
}
