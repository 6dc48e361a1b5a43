import { useLocation } from 'wouter';
import { Alert } from './alert.tsx';
import { Inbox } from './inbox.tsx';
import './alerts.css';

const PREFIX = '/alerts/';

/** The inbox of alerts at /alerts, and one alert at /alerts/ID. */
export default function Alerts() {
  const [path] = useLocation();
  const key = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : '';
  return key === '' ? <Inbox /> : <Alert key={key} id={`Alert:${key}`} />;
}
