import { FieldError } from 'react-aria-components/FieldError';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { Input, TextArea, TextField, type TextFieldProps } from 'react-aria-components/TextField';
import './field.css';

interface FieldProps extends Omit<TextFieldProps, 'children' | 'className' | 'style'> {
  readonly label: string;
  /** What to write, or what happens with it. */
  readonly hint?: string;
  /** What is wrong with it. */
  readonly problem?: string | null;
  readonly lines?: number;
  readonly placeholder?: string;
  /** "/" leads to it. */
  readonly isSearch?: boolean;
}

/** A text field with its label, a hint, and what is wrong with what was written. */
export function Field({
  label,
  hint,
  problem,
  lines = 1,
  placeholder,
  isSearch = false,
  ...props
}: FieldProps) {
  return (
    <TextField
      {...props}
      className="field"
      validationBehavior="aria"
      isInvalid={Boolean(problem) || (props.isInvalid ?? false)}
    >
      <Label>{label}</Label>
      {lines > 1 ? (
        <TextArea rows={lines} placeholder={placeholder} />
      ) : (
        <Input placeholder={placeholder} {...(isSearch ? { 'data-search': '' } : {})} />
      )}
      {hint ? (
        <Text slot="description" className="muted small">
          {hint}
        </Text>
      ) : null}
      <FieldError className="field-problem small">{problem}</FieldError>
    </TextField>
  );
}
