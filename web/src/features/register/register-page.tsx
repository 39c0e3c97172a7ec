/** Registering: the form, then the token and how the preparation goes. */
import { useState } from "react";

import { useRegistrationTerms } from "../../api/session/queries";
import { Closed } from "./closed";
import { Registered } from "./registered";
import { RegisterForm } from "./register-form";

export default function RegisterPage() {
  const [made, setMade] = useState<{ email: string; token: string } | undefined>();
  const { data: terms } = useRegistrationTerms();
  if (made !== undefined) return <Registered {...made} />;
  // A console that does not answer is told of by the form, when it is sent.
  return terms?.mode === "closed" ? <Closed /> : <RegisterForm approval={terms?.mode === "approval"} onRegistered={setMade} />;
}
